// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredits} from "./interfaces/ICredits.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {Penalty, StakeKind} from "./types/Types.sol";

/// @title The dispute module: several kinds of dispute behind one address
/// @notice See `IDisputeHub`.
contract DisputeHub is IDisputeHub {
    ITeeTeeRollup public immutable override rollup;

    address[] private _kinds;
    mapping(address => bool) public override isKind;
    /// @dev How often the freezes of a stake began anew; the registry drops all that ran out when the next one comes.
    mapping(StakeKind => mapping(bytes32 => uint32)) private _freezeRounds;
    /// @dev The same of an owner's earnings.
    mapping(address => uint32) private _earningsRounds;

    modifier onlyKind() {
        if (!isKind[msg.sender]) revert Hub_OnlyKind(msg.sender);
        _;
    }

    /// @param rollup_ Deployed later, naming this as its dispute module.
    /// @param kinds_ Deployed before, for this address.
    constructor(ITeeTeeRollup rollup_, address[] memory kinds_) {
        rollup = rollup_;
        for (uint256 i = 0; i < kinds_.length; i++) {
            if (kinds_[i].code.length == 0 || isKind[kinds_[i]]) revert Hub_BadKind(kinds_[i]);
            isKind[kinds_[i]] = true;
            _kinds.push(kinds_[i]);
        }
    }

    /// @inheritdoc IDisputeHub
    function freeze(StakeKind kind, bytes32 id) external override onlyKind returns (uint32 round) {
        IHostRegistry registry = rollup.registry();
        IHostRegistry.Stake memory stake = registry.stakeOf(kind, id);
        bool counting = stake.freezes > 0 && block.timestamp < stake.frozenUntil;
        if (!counting) _freezeRounds[kind][id]++;
        registry.freeze(kind, id);
        return _freezeRounds[kind][id];
    }

    /// @inheritdoc IDisputeHub
    function unfreeze(StakeKind kind, bytes32 id, uint32 round) external override onlyKind {
        IHostRegistry registry = rollup.registry();
        if (round != _freezeRounds[kind][id] || registry.stakeOf(kind, id).freezes == 0) return;
        registry.unfreeze(kind, id);
    }

    /// @inheritdoc IDisputeHub
    function slash(StakeKind kind, bytes32 id, Penalty calldata penalty) external override onlyKind {
        rollup.registry().slash(kind, id, penalty);
    }

    /// @inheritdoc IDisputeHub
    function rollBack(uint64 fromIndex, bytes32 batchHash) external override onlyKind {
        rollup.rollBack(fromIndex, batchHash);
    }

    /// @inheritdoc IDisputeHub
    function freezeEarnings(address owner, uint128 amount) external override onlyKind returns (uint32 round) {
        ICredits credits = rollup.credits();
        if (credits.accountCredit(owner).frozen == 0) _earningsRounds[owner]++;
        credits.freezeEarnings(owner, amount);
        return _earningsRounds[owner];
    }

    /// @inheritdoc IDisputeHub
    function unfreezeEarnings(address owner, uint128 amount, uint32 round) external override onlyKind {
        ICredits credits = rollup.credits();
        uint128 frozen = credits.accountCredit(owner).frozen;
        if (round != _earningsRounds[owner] || frozen == 0) return;
        credits.unfreezeEarnings(owner, amount < frozen ? amount : frozen);
    }

    /// @inheritdoc IDisputeHub
    /// @dev Forfeiting takes from what is frozen first, whoever froze it: as much is frozen before, so that other disputes keep theirs.
    function forfeitEarnings(address owner, uint128 amount) external override onlyKind {
        ICredits credits = rollup.credits();
        credits.freezeEarnings(owner, amount);
        credits.forfeitEarnings(owner, amount);
    }

    /// @inheritdoc IDisputeHub
    function holdWithdrawal(address user, uint64 until) external override onlyKind {
        rollup.credits().holdWithdrawal(user, until);
    }

    /// @inheritdoc IDisputeHub
    function suspendModel(bytes32 modelId) external override onlyKind {
        rollup.registry().suspendModel(modelId);
    }

    /// @inheritdoc IDisputeModule
    /// @dev A kind that reverts has not said that nothing is open.
    function blocksFinality(uint64 batchIndex, bytes32 batchHash) external view override returns (bool) {
        for (uint256 i = 0; i < _kinds.length; i++) {
            try IDisputeModule(_kinds[i]).blocksFinality(batchIndex, batchHash) returns (bool blocks) {
                if (blocks) return true;
            } catch {
                return true;
            }
        }
        return false;
    }

    /// @inheritdoc IDisputeHub
    function kinds() external view override returns (address[] memory) {
        return _kinds;
    }

    /// @inheritdoc IDisputeHub
    function inForce() external view override returns (bool) {
        return address(rollup.disputeModule()) == address(this);
    }
}

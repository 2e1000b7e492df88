// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Disputes} from "./Disputes.sol";

import {IBondedChallenges} from "./interfaces/IBondedChallenges.sol";

import {StakeKind} from "./types/Types.sol";

/// @title Challenges that only silence decides
/// @notice See `IBondedChallenges`. Keeps which challenges are open against which stake, its freeze, and the bonds.
abstract contract BondedChallenges is Disputes, IBondedChallenges {
    /// @dev What an answer costs beside the execution that is metered: the transaction itself and its settlement.
    uint256 private constant OVERHEAD_GAS = 60_000;
    uint256 private constant GAS_PER_BYTE = 16;
    uint256 private constant MOST_DOUBLINGS = 40;

    uint128 public immutable override bond;
    uint128 public immutable override penalty;
    uint128 public immutable override bounty;

    uint256 public override challengeCount;
    mapping(bytes32 => uint256[]) private _openIds;
    /// @dev Where an open challenge stands in `_openIds` of its target.
    mapping(uint256 => uint256) private _positions;

    constructor(uint128 bond_, uint128 penalty_, uint128 bounty_) {
        if (bond_ == 0 || penalty_ == 0 || bounty_ > penalty_ / 2) {
            revert Challenges_BadTerms(bond_, penalty_, bounty_);
        }
        (bond, penalty, bounty) = (bond_, penalty_, bounty_);
    }

    /// @inheritdoc IBondedChallenges
    function openCountOf(bytes32 target) external view override returns (uint256) {
        return _openIds[target].length;
    }

    /// @inheritdoc IBondedChallenges
    function openOf(bytes32 target, uint256 start, uint256 count)
        external
        view
        override
        returns (uint256[] memory ids)
    {
        uint256[] storage open = _openIds[target];
        uint256 left = start < open.length ? open.length - start : 0;
        ids = new uint256[](count < left ? count : left);
        for (uint256 i = 0; i < ids.length; i++) {
            ids[i] = open[start + i];
        }
    }

    /// @inheritdoc IBondedChallenges
    function bondFor(bytes32 target) public view override returns (uint128) {
        uint256 doublings = _openIds[target].length / _openPerDoubling();
        uint256 value = uint256(bond) << (doublings < MOST_DOUBLINGS ? doublings : MOST_DOUBLINGS);
        return value < type(uint128).max ? uint128(value) : type(uint128).max;
    }

    /// @dev How many open challenges against a stake double the bond.
    function _openPerDoubling() internal pure virtual returns (uint256) {
        return 8;
    }

    /// @dev Takes the bond, freezes the stake and lists the challenge.
    function _begin(StakeKind kind, bytes32 target)
        internal
        returns (uint256 challengeId, uint128 taken, uint32 freezeRound)
    {
        taken = bondFor(target);
        _takeBond(taken);
        challengeId = ++challengeCount;
        freezeRound = hub.freeze(kind, target);
        _positions[challengeId] = _openIds[target].length;
        _openIds[target].push(challengeId);
    }

    /// @dev Takes the challenge off the list and its freeze off the stake.
    function _end(uint256 challengeId, StakeKind kind, bytes32 target, uint32 freezeRound) internal {
        uint256[] storage open = _openIds[target];
        uint256 last = open[open.length - 1];
        open[_positions[challengeId]] = last;
        _positions[last] = _positions[challengeId];
        open.pop();
        delete _positions[challengeId];
        if (hub.inForce()) hub.unfreeze(kind, target, freezeRound);
    }

    /// @dev Pays half of the metered cost to who answered, the rest of the bond to who asked.
    function _settleAnswered(uint256 challengeId, uint128 held, address challenger, uint256 gasBefore) internal {
        uint256 used = gasBefore - gasleft() + OVERHEAD_GAS + msg.data.length * GAS_PER_BYTE;
        // Who answers chooses its price; no more than twice the block's counts.
        uint256 price = tx.gasprice < 2 * block.basefee ? tx.gasprice : 2 * block.basefee;
        uint256 half = used * price / 2;
        uint128 cost = half < held ? uint128(half) : held;
        if (cost > 0) _giveBond(msg.sender, cost);
        if (held > cost) _giveBond(challenger, held - cost);
        emit ChallengeAnswered(challengeId, msg.sender, cost);
    }

    function _checkBefore(uint64 end) internal view {
        if (block.timestamp >= end) revert Challenges_TooLate(end, uint64(block.timestamp));
    }

    function _checkFrom(uint64 from) internal view {
        if (block.timestamp < from) revert Challenges_TooEarly(from, uint64(block.timestamp));
    }
}

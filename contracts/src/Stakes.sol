// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {Checkpoints} from "./libraries/Checkpoints.sol";
import {Ether} from "./libraries/Ether.sol";
import {NonReentrant} from "./libraries/NonReentrant.sol";

import {Payee, Penalty, StakeKind} from "./types/Types.sol";

/// @title Stakes, exits, freezes, penalties and withdrawal addresses
/// @notice Balance = totalStaked + totalPayouts. A penalty takes from the stake it names and from nothing else.
abstract contract Stakes is IHostRegistry, NonReentrant {
    using Checkpoints for Checkpoints.Checkpoint[];

    /// @dev A wish to change the withdrawal address; ready at `readyAt`, zero when there is none.
    struct QueuedAddress {
        address next;
        uint64 readyAt;
    }

    ITeeTeeRollup public immutable override rollup;

    uint128 public override totalStaked;
    uint128 public override totalPayouts;
    mapping(StakeKind => mapping(bytes32 => Stake)) internal _stakes;
    mapping(StakeKind => mapping(bytes32 => Checkpoints.Checkpoint[])) private _history;
    mapping(address => uint128) public override payoutOf;
    mapping(address => address) private _withdrawalAddresses;
    mapping(address => QueuedAddress) private _queuedAddresses;

    modifier onlyDisputeModule() {
        if (msg.sender != address(rollup.disputeModule())) revert Registry_OnlyDisputeModule(msg.sender);
        _;
    }

    constructor(ITeeTeeRollup rollup_) {
        rollup = rollup_;
    }

    /// @inheritdoc IHostRegistry
    function registerPoster(address withdrawalAddress) external payable override {
        bytes32 id = posterStakeId(msg.sender);
        if (_isStaked(StakeKind.Poster, id)) revert Registry_PosterExists(msg.sender);
        _initWithdrawalAddress(withdrawalAddress);
        _openStake(StakeKind.Poster, id, rollup.minPosterStake());
        emit PosterRegistered(msg.sender);
    }

    /// @inheritdoc IHostRegistry
    function addStake(StakeKind kind, bytes32 id) external payable override {
        Stake storage stake = _existing(kind, id);
        if (stake.exitAt != 0 || rollup.retiredAt() != 0) revert Registry_Exiting(kind, id);
        _credit(kind, id, stake);
    }

    /// @inheritdoc IHostRegistry
    function requestExit(StakeKind kind, bytes32 id) external override {
        Stake storage stake = _existing(kind, id);
        if (msg.sender != stake.owner) revert Registry_NotOwner(msg.sender, stake.owner);
        if (stake.exitAt != 0) revert Registry_Exiting(kind, id);
        stake.exitAt = uint64(block.timestamp) + rollup.exitDelay();
        _onExit(kind, id);
        emit ExitRequested(kind, id, stake.exitAt);
    }

    /// @inheritdoc IHostRegistry
    function withdrawStake(StakeKind kind, bytes32 id) external override nonReentrant returns (uint128 amount) {
        Stake storage stake = _existing(kind, id);
        address to = withdrawalAddressOf(stake.owner);
        if (msg.sender != stake.owner && msg.sender != to) revert Registry_NotOwner(msg.sender, stake.owner);
        uint64 from = _withdrawableAt(stake.exitAt);
        if (block.timestamp < from) revert Registry_NotWithdrawable(from, uint64(block.timestamp));
        if (_isFrozen(stake)) revert Registry_Frozen(stake.frozenUntil);
        amount = stake.amount;
        totalStaked -= amount;
        _close(kind, id, from);
        emit StakeWithdrawn(kind, id, to, amount);
        Ether.send(to, amount);
    }

    /// @inheritdoc IHostRegistry
    function freeze(StakeKind kind, bytes32 id) external override onlyDisputeModule {
        Stake storage stake = _existing(kind, id);
        // An expired freeze ended with its horizon: it is not counted together with the new one.
        stake.freezes = _isFrozen(stake) ? stake.freezes + 1 : 1;
        stake.frozenUntil = uint64(block.timestamp) + rollup.disputeHorizon();
        emit StakeFrozen(kind, id, stake.freezes, stake.frozenUntil);
    }

    /// @inheritdoc IHostRegistry
    function unfreeze(StakeKind kind, bytes32 id) external override onlyDisputeModule {
        Stake storage stake = _stakes[kind][id];
        if (stake.freezes == 0) revert Registry_NotFrozen(kind, id);
        stake.freezes--;
        emit StakeUnfrozen(kind, id, stake.freezes);
    }

    /// @inheritdoc IHostRegistry
    function slash(StakeKind kind, bytes32 id, Penalty calldata penalty)
        external
        override
        onlyDisputeModule
        nonReentrant
    {
        Stake storage stake = _existing(kind, id);
        if (penalty.total > stake.amount) revert Registry_StakeTooSmall(stake.amount, penalty.total);
        stake.amount -= penalty.total;
        totalStaked -= penalty.total;
        _history[kind][id].push(stake.amount);
        uint128 paid = _creditPayees(penalty.payees);
        uint256 given = uint256(paid) + penalty.refund;
        uint128 burnt = penalty.total > given ? uint128(penalty.total - given) : 0;
        if (given + burnt != penalty.total || burnt < penalty.total - burnt) {
            revert Registry_BurnTooSmall(burnt, penalty.total);
        }
        emit StakeSlashed(kind, id, penalty.total, penalty.refund, paid, burnt);
        if (penalty.refund > 0) {
            rollup.credits().voidLeaf{value: penalty.refund}(
                penalty.batchIndex, penalty.batchHash, penalty.leaf, penalty.user
            );
        }
        Ether.send(Ether.BURN, burnt);
    }

    /// @inheritdoc IHostRegistry
    function withdrawPayout(address to) external override nonReentrant returns (uint128 amount) {
        amount = payoutOf[msg.sender];
        if (amount == 0) revert Registry_NothingToPay(msg.sender);
        if (to == address(0)) revert Registry_BadAddress(to);
        payoutOf[msg.sender] = 0;
        totalPayouts -= amount;
        emit PayoutWithdrawn(msg.sender, to, amount);
        Ether.send(to, amount);
    }

    /// @inheritdoc IHostRegistry
    function setWithdrawalAddress(address owner, address next) external override {
        if (next == address(0)) revert Registry_BadAddress(next);
        address present = _withdrawalAddresses[owner];
        bool atOnce = present == address(0) ? msg.sender == owner : msg.sender == present;
        if (atOnce) {
            _setWithdrawalAddress(owner, next);
            return;
        }
        if (msg.sender != owner) revert Registry_NotOwner(msg.sender, owner);
        uint64 readyAt = uint64(block.timestamp) + rollup.withdrawalDelay();
        _queuedAddresses[owner] = QueuedAddress(next, readyAt);
        emit WithdrawalAddressQueued(owner, next, readyAt);
    }

    /// @inheritdoc IHostRegistry
    function applyWithdrawalAddress(address owner) external override {
        QueuedAddress memory queued = _queuedAddresses[owner];
        if (queued.readyAt == 0 || block.timestamp < queued.readyAt) {
            revert Registry_NotWithdrawable(queued.readyAt, uint64(block.timestamp));
        }
        _setWithdrawalAddress(owner, queued.next);
    }

    /// @inheritdoc IHostRegistry
    function stakeOf(StakeKind kind, bytes32 id) external view override returns (Stake memory) {
        return _stakes[kind][id];
    }

    /// @inheritdoc IHostRegistry
    function stakeAt(StakeKind kind, bytes32 id, uint64 time) external view override returns (uint128) {
        return _history[kind][id].valueAt(time);
    }

    /// @inheritdoc IHostRegistry
    function isActivePoster(address poster) external view override returns (bool) {
        Stake storage stake = _stakes[StakeKind.Poster][posterStakeId(poster)];
        return stake.exitAt == 0 && stake.owner == poster && stake.amount >= rollup.minPosterStake();
    }

    /// @inheritdoc IHostRegistry
    function withdrawalAddressOf(address owner) public view override returns (address) {
        address set = _withdrawalAddresses[owner];
        return set == address(0) ? owner : set;
    }

    /// @inheritdoc IHostRegistry
    function queuedWithdrawalAddress(address owner) external view override returns (address next, uint64 readyAt) {
        QueuedAddress memory queued = _queuedAddresses[owner];
        return (queued.next, queued.readyAt);
    }

    /// @notice The stake id of a poster.
    function posterStakeId(address poster) public pure returns (bytes32) {
        return bytes32(uint256(uint160(poster)));
    }

    /// @dev What ends when an exit begins.
    function _onExit(StakeKind kind, bytes32 id) internal virtual;

    function _openStake(StakeKind kind, bytes32 id, uint128 minimum) internal {
        if (rollup.retiredAt() != 0) revert Registry_Retired();
        if (msg.value < minimum) revert Registry_StakeTooSmall(msg.value, minimum);
        Stake storage stake = _stakes[kind][id];
        stake.owner = msg.sender;
        _credit(kind, id, stake);
    }

    /// @dev Only the first registration sets it; afterwards `setWithdrawalAddress` and its delay are the only way.
    function _initWithdrawalAddress(address value) internal {
        if (value == address(0) || value == withdrawalAddressOf(msg.sender)) return;
        if (_withdrawalAddresses[msg.sender] != address(0)) revert Registry_BadAddress(value);
        _setWithdrawalAddress(msg.sender, value);
    }

    function _isStaked(StakeKind kind, bytes32 id) internal view returns (bool) {
        return _stakes[kind][id].owner != address(0);
    }

    function _isFrozen(Stake memory stake) internal view returns (bool) {
        return stake.freezes > 0 && block.timestamp < stake.frozenUntil;
    }

    function _credit(StakeKind kind, bytes32 id, Stake storage stake) private {
        uint128 amount = Ether.narrow(msg.value);
        stake.amount += amount;
        totalStaked += amount;
        _history[kind][id].push(stake.amount);
        emit StakeAdded(kind, id, amount, stake.amount);
    }

    function _creditPayees(Payee[] calldata payees) private returns (uint128 paid) {
        for (uint256 i = 0; i < payees.length; i++) {
            address to = payees[i].to;
            if (to == address(0)) revert Registry_BadAddress(to);
            payoutOf[to] += payees[i].amount;
            paid += payees[i].amount;
            emit PayoutCredited(to, payees[i].amount);
        }
        totalPayouts += paid;
    }

    /// @dev Slot ids are never reused, so the record of a slot stays as left; posters and models may come back.
    function _close(StakeKind kind, bytes32 id, uint64 exitedAt) private {
        _history[kind][id].push(0);
        if (kind != StakeKind.Slot) {
            delete _stakes[kind][id];
            return;
        }
        _stakes[kind][id].amount = 0;
        _stakes[kind][id].exitAt = exitedAt;
    }

    function _setWithdrawalAddress(address owner, address value) private {
        _withdrawalAddresses[owner] = value;
        delete _queuedAddresses[owner];
        emit WithdrawalAddressSet(owner, value);
    }

    function _existing(StakeKind kind, bytes32 id) private view returns (Stake storage stake) {
        stake = _stakes[kind][id];
        if (stake.owner == address(0)) revert Registry_StakeUnknown(kind, id);
    }

    /// @dev Retirement is everyone's exit request.
    function _withdrawableAt(uint64 exitAt) private view returns (uint64) {
        uint64 retiredAt = rollup.retiredAt();
        uint64 byRetirement = retiredAt == 0 ? type(uint64).max : retiredAt + rollup.exitDelay();
        uint64 byRequest = exitAt == 0 ? type(uint64).max : exitAt;
        return byRequest < byRetirement ? byRequest : byRetirement;
    }
}

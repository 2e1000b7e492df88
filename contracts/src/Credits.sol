// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Sessions} from "./Sessions.sol";

import {ICredits} from "./interfaces/ICredits.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {AccountProof} from "./libraries/AccountProof.sol";
import {DelayedBalance} from "./libraries/DelayedBalance.sol";
import {Ether} from "./libraries/Ether.sol";
import {NonReentrant} from "./libraries/NonReentrant.sol";

import {Account, BatchStatus} from "./types/Types.sol";

/// @title Users' credit and hosts' earnings
/// @notice See `ICredits`. Balance = pool + pendingRefunds, and pool = deposits + settled refunds - withdrawals - claims.
contract Credits is Sessions, NonReentrant {
    using DelayedBalance for DelayedBalance.Balance;

    /// @dev What the contract knows of an owner's earnings; all amounts but `frozen` are cumulative.
    struct Earnings {
        uint128 claimed;
        uint128 forfeited;
        uint128 frozen;
        uint64 frozenUntil;
    }

    ITeeTeeRollup public immutable override rollup;

    uint128 public override pool;
    uint128 public override pendingRefunds;
    uint128 private _deposited;
    uint128 private _refunded;
    uint128 private _withdrawn;
    uint128 private _claimed;
    mapping(address => DelayedBalance.Balance) private _credits;
    mapping(address => DelayedBalance.Balance) private _reserves;
    mapping(address => Earnings) private _earnings;
    mapping(bytes32 => mapping(uint32 => Refund)) private _refunds;

    modifier onlyDisputeModule() {
        if (msg.sender != address(rollup.disputeModule())) revert Credits_OnlyDisputeModule(msg.sender);
        _;
    }

    constructor(ITeeTeeRollup rollup_) {
        rollup = rollup_;
    }

    /// @inheritdoc ICredits
    function deposit(address user) external payable override {
        if (rollup.retiredAt() != 0) revert Credits_Retired();
        if (user == address(0)) revert Credits_BadAddress(user);
        if (msg.value == 0) revert Credits_BadAmount(msg.value);
        uint128 amount = Ether.narrow(msg.value);
        pool += amount;
        _deposited += amount;
        _credits[user].add(amount);
        emit Deposited(user, msg.sender, amount, _credits[user].added);
    }

    /// @inheritdoc ICredits
    function requestWithdrawal(uint128 amount) external override {
        _request(_credits[msg.sender], amount);
        emit WithdrawalRequested(msg.sender, amount, uint64(block.timestamp) + rollup.withdrawalDelay());
    }

    /// @inheritdoc ICredits
    function cancelWithdrawal() external override {
        emit WithdrawalCancelled(msg.sender, _cancel(_credits[msg.sender]));
    }

    /// @inheritdoc ICredits
    function withdraw(
        address to,
        uint64 batchIndex,
        Account calldata account,
        bytes32 bitmap,
        bytes32[] calldata siblings
    ) external override nonReentrant returns (uint128 amount) {
        DelayedBalance.Balance storage credit = _credits[msg.sender];
        _checkPayable(credit, batchIndex);
        _checkAccount(msg.sender, batchIndex, account, bitmap, siblings);
        uint128 returned;
        (amount, returned) = credit.settle(account.spent);
        _withdrawn += amount;
        emit Withdrawn(msg.sender, to, amount, returned);
        _pay(to, amount);
    }

    /// @inheritdoc ICredits
    function withdrawRetired(address to, Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        override
        nonReentrant
        returns (uint128 amount)
    {
        if (rollup.retiredAt() == 0) revert Credits_NotRetired();
        uint64 batchIndex = rollup.finalIndex();
        if (rollup.headIndex() != batchIndex) revert Credits_StateNotCovering(batchIndex, type(uint64).max);
        _checkAccount(msg.sender, batchIndex, account, bitmap, siblings);
        amount = _credits[msg.sender].drain(account.spent);
        if (amount == 0) revert Credits_NothingToWithdraw(msg.sender);
        _withdrawn += amount;
        emit Withdrawn(msg.sender, to, amount, 0);
        _pay(to, amount);
    }

    /// @inheritdoc ICredits
    function holdWithdrawal(address user, uint64 until) external override onlyDisputeModule {
        DelayedBalance.Balance storage credit = _credits[user];
        if (credit.pending == 0) revert Credits_NothingPending(user);
        uint64 latest = credit.requestedAt + rollup.withdrawalDelay() + rollup.window();
        if (until > latest) revert Credits_TooEarly(until, latest);
        if (until > credit.heldUntil) credit.heldUntil = until;
        emit WithdrawalHeld(user, credit.heldUntil);
    }

    /// @inheritdoc ICredits
    function claim(Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        override
        nonReentrant
        returns (uint128 amount)
    {
        uint64 batchIndex = _checkFinalAccount(account, bitmap, siblings);
        amount = claimable(account);
        if (amount == 0) revert Credits_NothingToClaim(account.owner);
        _earnings[account.owner].claimed += amount;
        _claimed += amount;
        address to = rollup.registry().withdrawalAddressOf(account.owner);
        emit Claimed(account.owner, to, amount, batchIndex);
        _pay(to, amount);
    }

    /// @inheritdoc ICredits
    function reserveEarnings(uint128 amount, Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        override
    {
        if (rollup.retiredAt() != 0) revert Credits_Retired();
        if (account.owner != msg.sender) revert Credits_WrongAccount(account.owner, msg.sender);
        if (amount == 0) revert Credits_BadAmount(amount);
        _checkFinalAccount(account, bitmap, siblings);
        uint128 free = claimable(account);
        if (amount > free) revert Credits_AboveClaimable(amount, free);
        _reserves[msg.sender].add(amount);
        emit EarningsReserved(msg.sender, amount, _reserves[msg.sender].added);
    }

    /// @inheritdoc ICredits
    function requestRelease(uint128 amount) external override {
        _request(_reserves[msg.sender], amount);
        emit ReleaseRequested(msg.sender, amount, uint64(block.timestamp) + rollup.withdrawalDelay());
    }

    /// @inheritdoc ICredits
    function cancelRelease() external override {
        emit ReleaseCancelled(msg.sender, _cancel(_reserves[msg.sender]));
    }

    /// @inheritdoc ICredits
    function release(uint64 batchIndex, Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        override
        returns (uint128 amount)
    {
        DelayedBalance.Balance storage reserve = _reserves[msg.sender];
        _checkPayable(reserve, batchIndex);
        _checkAccount(msg.sender, batchIndex, account, bitmap, siblings);
        uint128 returned;
        (amount, returned) = reserve.settle(account.earningsSpent);
        emit ReserveReleased(msg.sender, amount, returned);
    }

    /// @inheritdoc ICredits
    function freezeEarnings(address owner, uint128 amount) external override onlyDisputeModule {
        Earnings storage e = _earnings[owner];
        e.frozen = _frozen(e) + amount;
        e.frozenUntil = uint64(block.timestamp) + rollup.disputeHorizon();
        emit EarningsFrozen(owner, amount, e.frozen, e.frozenUntil);
    }

    /// @inheritdoc ICredits
    function unfreezeEarnings(address owner, uint128 amount) external override onlyDisputeModule {
        Earnings storage e = _earnings[owner];
        if (amount > e.frozen) revert Credits_AboveFrozen(amount, e.frozen);
        e.frozen -= amount;
        emit EarningsUnfrozen(owner, amount, e.frozen);
    }

    /// @inheritdoc ICredits
    function forfeitEarnings(address owner, uint128 amount) external override onlyDisputeModule {
        Earnings storage e = _earnings[owner];
        e.frozen -= amount < e.frozen ? amount : e.frozen;
        e.forfeited += amount;
        emit EarningsForfeited(owner, amount, e.forfeited);
    }

    /// @inheritdoc ICredits
    function voidLeaf(uint64 batchIndex, bytes32 batchHash, uint32 leaf, address user) external payable override {
        if (msg.sender != address(rollup.disputeModule()) && msg.sender != address(rollup.registry())) {
            revert Credits_OnlyDisputeModule(msg.sender);
        }
        if (user == address(0)) revert Credits_BadAddress(user);
        _checkLeaf(batchIndex, batchHash, leaf);
        Refund storage refund = _refunds[batchHash][leaf];
        if (refund.status != RefundStatus.None) revert Credits_LeafAlreadyVoided(batchHash, leaf);
        uint128 amount = Ether.narrow(msg.value);
        _refunds[batchHash][leaf] = Refund(user, batchIndex, RefundStatus.Pending, amount);
        pendingRefunds += amount;
        emit LeafVoided(batchIndex, batchHash, leaf, user, amount);
    }

    /// @inheritdoc ICredits
    function settleRefund(bytes32 batchHash, uint32 leaf) external override nonReentrant {
        Refund storage refund = _refunds[batchHash][leaf];
        BatchStatus batchStatus = rollup.statusOf(refund.batchIndex);
        if (refund.status != RefundStatus.Pending || batchStatus == BatchStatus.Open) {
            revert Credits_RefundNotSettleable(batchHash, leaf, refund.status);
        }
        uint128 amount = refund.amount;
        bool stands = batchStatus == BatchStatus.Final;
        refund.status = stands ? RefundStatus.Credited : RefundStatus.Lapsed;
        pendingRefunds -= amount;
        emit RefundSettled(batchHash, leaf, refund.user, amount, refund.status);
        if (!stands) {
            Ether.send(Ether.BURN, amount);
            return;
        }
        pool += amount;
        _refunded += amount;
        _credits[refund.user].add(amount);
    }

    /// @inheritdoc ICredits
    function accountCredit(address user) external view override returns (AccountCredit memory a) {
        DelayedBalance.Balance storage credit = _credits[user];
        DelayedBalance.Balance storage reserve = _reserves[user];
        Earnings storage e = _earnings[user];
        (a.added, a.requested, a.pending) = (credit.added, credit.requested, credit.pending);
        (a.requestedAt, a.payableAt) = (credit.requestedAt, _payableAt(credit));
        (a.reserveAdded, a.reserveRequested, a.reservePending) = (reserve.added, reserve.requested, reserve.pending);
        (a.reserveRequestedAt, a.reservePayableAt) = (reserve.requestedAt, _payableAt(reserve));
        (a.claimed, a.forfeited, a.frozen, a.frozenUntil) = (e.claimed, e.forfeited, _frozen(e), e.frozenUntil);
    }

    /// @inheritdoc ICredits
    function creditedAt(address user, uint64 time) external view override returns (uint128) {
        return _credits[user].spendableAt(time, rollup.withdrawalMargin());
    }

    /// @inheritdoc ICredits
    function reservedAt(address owner, uint64 time) external view override returns (uint128) {
        return _reserves[owner].spendableAt(time, rollup.withdrawalMargin());
    }

    /// @inheritdoc ICredits
    function claimable(Account calldata account) public view override returns (uint128) {
        Earnings storage e = _earnings[account.owner];
        uint128 reserved = _reserves[account.owner].locked();
        uint256 used = uint256(reserved > account.earningsSpent ? reserved : account.earningsSpent) + e.claimed
            + e.forfeited + _frozen(e);
        return account.earned > used ? uint128(account.earned - used) : 0;
    }

    /// @inheritdoc ICredits
    function refundOf(bytes32 batchHash, uint32 leaf) external view override returns (Refund memory) {
        return _refunds[batchHash][leaf];
    }

    /// @inheritdoc ICredits
    function totals()
        external
        view
        override
        returns (uint128 deposited, uint128 refunded, uint128 withdrawn, uint128 claimed)
    {
        return (_deposited, _refunded, _withdrawn, _claimed);
    }

    function _margin() internal view override returns (uint64) {
        return rollup.withdrawalMargin();
    }

    function _request(DelayedBalance.Balance storage balance, uint128 amount) private {
        if (amount == 0) revert Credits_BadAmount(amount);
        if (balance.pending != 0) revert Credits_RequestPending(balance.pending);
        uint128 free = balance.added - balance.requested;
        if (amount > free) revert Credits_AboveCredit(amount, free);
        balance.request(amount);
    }

    /// @dev Not before the margin: until then `spendableAt` does not count the request, and would count the amount twice.
    function _cancel(DelayedBalance.Balance storage balance) private returns (uint128) {
        if (balance.pending == 0) revert Credits_NothingPending(msg.sender);
        uint64 from = balance.requestedAt + rollup.withdrawalMargin();
        if (block.timestamp < from) revert Credits_TooEarly(from, uint64(block.timestamp));
        return balance.cancel();
    }

    function _pay(address to, uint128 amount) private {
        if (to == address(0)) revert Credits_BadAddress(to);
        if (amount > pool) revert Credits_PoolTooSmall(amount, pool);
        pool -= amount;
        if (amount > 0) Ether.send(to, amount);
    }

    /// @dev A batch that could still spend the pending amount was posted before `coverTime`; all of those must be final.
    function _checkPayable(DelayedBalance.Balance storage balance, uint64 batchIndex) private view {
        if (balance.pending == 0) revert Credits_NothingPending(msg.sender);
        uint64 from = _payableAt(balance);
        if (block.timestamp < from) revert Credits_TooEarly(from, uint64(block.timestamp));
        uint64 coverTime = balance.requestedAt + rollup.withdrawalMargin();
        if (!rollup.settledUpTo(batchIndex, coverTime)) revert Credits_StateNotCovering(batchIndex, coverTime);
    }

    function _checkFinalAccount(Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        private
        view
        returns (uint64 batchIndex)
    {
        if (account.owner == address(0)) revert Credits_BadAddress(account.owner);
        batchIndex = rollup.finalIndex();
        _checkAccount(account.owner, batchIndex, account, bitmap, siblings);
    }

    /// @dev An all-zero account stands for absence, which the empty leaf proves.
    function _checkAccount(
        address owner,
        uint64 batchIndex,
        Account calldata account,
        bytes32 bitmap,
        bytes32[] calldata siblings
    ) private view {
        bool absent = account.owner == address(0) && account.spent == 0 && account.nonce == 0 && account.earned == 0
            && account.earningsSpent == 0;
        if (!absent && account.owner != owner) revert Credits_WrongAccount(account.owner, owner);
        bytes32 leaf = absent ? bytes32(0) : AccountProof.leafOf(account);
        bytes32 root = rollup.batch(batchIndex).stateRoot;
        if (!AccountProof.verify(root, owner, leaf, bitmap, siblings)) {
            revert Credits_BadProof(owner, batchIndex, root);
        }
    }

    function _checkLeaf(uint64 batchIndex, bytes32 batchHash, uint32 leaf) private view {
        bool known = batchIndex != 0 && batchHash != 0 && rollup.batch(batchIndex).batchHash == batchHash
            && leaf < rollup.batch(batchIndex).count;
        if (!known) revert Credits_LeafUnknown(batchIndex, batchHash, leaf);
    }

    function _payableAt(DelayedBalance.Balance storage balance) private view returns (uint64) {
        if (balance.pending == 0) return 0;
        uint64 usual = balance.requestedAt + rollup.withdrawalDelay();
        return usual > balance.heldUntil ? usual : balance.heldUntil;
    }

    function _frozen(Earnings storage e) private view returns (uint128) {
        return block.timestamp < e.frozenUntil ? e.frozen : 0;
    }
}

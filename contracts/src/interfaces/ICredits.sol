// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../types/Types.sol";
import {ITeeTeeRollup} from "./ITeeTeeRollup.sol";

/// @title Users' credit and hosts' earnings
/// @notice Holds what users deposited until it is withdrawn or, once spent in a final state, claimed by those who earned it.
///
/// Spending is not debited here: `spent`, `earned` and `earningsSpent` live in the account tree. What keeps the pool solvent is that
/// a batch posted at time t may spend at most `creditedAt(user, t)` (a larger spend is the sequencer's provable fault) and that a
/// withdrawal is paid only against a final state which covers every batch that could still spend it: see `withdraw`.
interface ICredits {
    /// @notice One address's money, as the contract knows it.
    struct AccountCredit {
        /// Cumulative credit: deposits, refunds, and withdrawals that were taken back.
        uint128 added;
        /// Cumulative withdrawal requests.
        uint128 requested;
        /// Part of `requested` that waits for payment.
        uint128 pending;
        uint64 requestedAt;
        /// Earliest payment of the waiting request; zero if none waits.
        uint64 payableAt;
        /// The same four for earnings reserved for own queries (payment 1).
        uint128 reserveAdded;
        uint128 reserveRequested;
        uint128 reservePending;
        uint64 reserveRequestedAt;
        uint64 reservePayableAt;
        uint128 claimed;
        uint128 frozen;
        uint64 frozenUntil;
        uint128 forfeited;
    }

    /// @notice A key that may sign requests for a user up to a cumulative spend.
    struct Session {
        uint128 cap;
        uint64 authorizedAt;
        uint64 expiresAt;
        /// Zero unless revoked.
        uint64 revokedAt;
    }

    /// @notice Where a refund stands.
    enum RefundStatus {
        None,
        Pending,
        Credited,
        Lapsed
    }

    /// @notice Refund of a voided leaf.
    struct Refund {
        address user;
        uint64 batchIndex;
        RefundStatus status;
        uint128 amount;
    }

    event Deposited(address indexed user, address indexed from, uint128 amount, uint128 added);
    event WithdrawalRequested(address indexed user, uint128 amount, uint64 payableAt);
    event WithdrawalCancelled(address indexed user, uint128 amount);
    event WithdrawalHeld(address indexed user, uint64 heldUntil);
    event Withdrawn(address indexed user, address to, uint128 amount, uint128 returned);
    event SessionAuthorized(address indexed user, address indexed key, uint128 cap, uint64 expiresAt);
    event SessionRevoked(address indexed user, address indexed key);
    event Claimed(address indexed owner, address to, uint128 amount, uint64 batchIndex);
    event EarningsReserved(address indexed owner, uint128 amount, uint128 reserveAdded);
    event ReleaseRequested(address indexed owner, uint128 amount, uint64 payableAt);
    event ReleaseCancelled(address indexed owner, uint128 amount);
    event ReserveReleased(address indexed owner, uint128 amount, uint128 returned);
    event EarningsFrozen(address indexed owner, uint128 amount, uint128 frozen, uint64 frozenUntil);
    event EarningsUnfrozen(address indexed owner, uint128 amount, uint128 frozen);
    event EarningsForfeited(address indexed owner, uint128 amount, uint128 forfeited);
    event LeafVoided(
        uint64 indexed batchIndex, bytes32 indexed batchHash, uint32 leaf, address indexed user, uint128 refund
    );
    event RefundSettled(
        bytes32 indexed batchHash, uint32 leaf, address indexed user, uint128 amount, RefundStatus status
    );

    error Credits_Retired();
    error Credits_NotRetired();
    error Credits_OnlyDisputeModule(address caller);
    error Credits_BadAddress(address value);
    error Credits_BadAmount(uint256 amount);
    error Credits_AboveCredit(uint128 amount, uint128 free);
    error Credits_RequestPending(uint128 pending);
    error Credits_NothingPending(address user);
    error Credits_TooEarly(uint64 from, uint64 nowAt);
    error Credits_StateNotCovering(uint64 batchIndex, uint64 coverTime);
    error Credits_BadProof(address owner, uint64 batchIndex, bytes32 stateRoot);
    error Credits_WrongAccount(address owner, address expected);
    error Credits_NothingToWithdraw(address user);
    error Credits_NothingToClaim(address owner);
    error Credits_AboveClaimable(uint128 amount, uint128 claimable);
    error Credits_PoolTooSmall(uint128 amount, uint128 pool);
    error Credits_BadSession(address key, uint128 cap, uint64 expiresAt);
    error Credits_SessionUnknown(address user, address key);
    error Credits_LeafAlreadyVoided(bytes32 batchHash, uint32 leaf);
    error Credits_LeafUnknown(uint64 batchIndex, bytes32 batchHash, uint32 leaf);
    error Credits_RefundNotSettleable(bytes32 batchHash, uint32 leaf, RefundStatus status);
    error Credits_AboveFrozen(uint128 amount, uint128 frozen);

    /// @notice Deposits ETH as credit of `user`.
    function deposit(address user) external payable;

    /// @notice Moves credit of the caller into the pending bucket at once. One request at a time.
    /// Batches posted `withdrawalMargin` or more after this may not spend it.
    function requestWithdrawal(uint128 amount) external;

    /// @notice Takes the caller's waiting request back; possible once `withdrawalMargin` has passed since the request.
    function cancelWithdrawal() external;

    /// @notice Pays the caller's waiting request after `withdrawalDelay`, less what the account has spent.
    /// @param batchIndex A final batch that covers the request: every batch posted before requestedAt + withdrawalMargin is final.
    /// @param account The caller's account in that batch's state, or all zero with a proof that it has none.
    /// @param bitmap Bit i is set when the sibling at level i, counted from the leaf, is not zero.
    /// @param siblings The siblings that are not zero, from the leaf upward.
    function withdraw(
        address to,
        uint64 batchIndex,
        Account calldata account,
        bytes32 bitmap,
        bytes32[] calldata siblings
    ) external returns (uint128 amount);

    /// @notice After retirement, once nothing is open: pays the caller all credit that the final state leaves, without request or delay.
    function withdrawRetired(address to, Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        returns (uint128 amount);

    /// @notice Delays a waiting request for a presented voucher, at most by one window. Only the dispute module.
    function holdWithdrawal(address user, uint64 until) external;

    /// @notice Lets `key` sign for the caller up to a cumulative spend of `cap` before `expiresAt`. A later call can only raise both.
    function authorizeSession(address key, uint128 cap, uint64 expiresAt) external;

    /// @notice Ends a session for good.
    function revokeSession(address key) external;

    /// @notice Pays what `account.owner` has earned in the last final state and not used, to its withdrawal address. Anyone.
    function claim(Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        returns (uint128 amount);

    /// @notice Moves earnings of the caller from claimable to the reserve that pays its own queries (payment 1).
    function reserveEarnings(uint128 amount, Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external;

    /// @notice Asks for a part of the reserve back, under the rules of a withdrawal.
    function requestRelease(uint128 amount) external;

    /// @notice Takes the caller's waiting release back; possible once `withdrawalMargin` has passed since the request.
    function cancelRelease() external;

    /// @notice Makes the waiting release claimable again, less what the account has spent of its earnings.
    function release(uint64 batchIndex, Account calldata account, bytes32 bitmap, bytes32[] calldata siblings)
        external
        returns (uint128 amount);

    /// @notice Holds earnings under dispute for at most `disputeHorizon` from now. Only the dispute module.
    function freezeEarnings(address owner, uint128 amount) external;

    /// @notice Lets frozen earnings go. Only the dispute module.
    function unfreezeEarnings(address owner, uint128 amount) external;

    /// @notice Takes earnings away for good; frozen ones first. Only the dispute module.
    function forfeitEarnings(address owner, uint128 amount) external;

    /// @notice Voids a leaf and books the attached ETH as its user's refund: credit once the batch is final, burnt if it is rolled back
    /// (then the debit is gone too). Only the dispute module, or the registry on its behalf.
    function voidLeaf(uint64 batchIndex, bytes32 batchHash, uint32 leaf, address user) external payable;

    /// @notice Settles a pending refund whose batch is final or rolled back. Anyone.
    function settleRefund(bytes32 batchHash, uint32 leaf) external;

    function rollup() external view returns (ITeeTeeRollup);
    function accountCredit(address user) external view returns (AccountCredit memory);
    /// @notice Largest cumulative `spent` of `user` that a batch posted at `time` may contain.
    function creditedAt(address user, uint64 time) external view returns (uint128);
    /// @notice Largest cumulative `earningsSpent` of `owner` that a batch posted at `time` may contain.
    function reservedAt(address owner, uint64 time) external view returns (uint128);
    function session(address user, address key) external view returns (Session memory);
    /// @notice Whether a batch posted at `time` may contain a request signed by the session key (revocations count after the margin).
    function sessionValidAt(address user, address key, uint64 time) external view returns (bool);
    /// @notice What `claim` would pay for an account of these numbers now.
    function claimable(Account calldata account) external view returns (uint128);
    function refundOf(bytes32 batchHash, uint32 leaf) external view returns (Refund memory);
    /// @notice All ETH here but pending refunds: unspent credit, unclaimed and forfeited earnings.
    function pool() external view returns (uint128);
    function pendingRefunds() external view returns (uint128);
    /// @notice Sums since deployment.
    function totals() external view returns (uint128 deposited, uint128 refunded, uint128 withdrawn, uint128 claimed);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, SignedReceipt, SignedRequest} from "../types/FaultTypes.sol";

/// @title What hosts get for honest work that a roll-back undid
/// @notice A conviction that rolls batches back leaves here the part of its penalty that was neither bounty nor burnt. Within a window the
/// hosts of the leaves that fell register what they lost; later, when no receipt of theirs can be posted again, it is paid in proportion.
/// A claim whose receipt stands in a batch after all is struck. Pays nobody more than it lost, and from this money alone; what is left is burnt.
interface ICompensations {
    struct Case {
        /// Batches from `from` to `to` fell, as far as they stood.
        uint64 from;
        uint64 to;
        uint64 openedAt;
        /// The end of registration, and the start of payment.
        uint64 claimUntil;
        uint64 payableFrom;
        /// Where the fault was; that leaf claims nothing. `NO_LEAF` where no leaf is at fault.
        bytes32 culprit;
        uint32 culpritLeaf;
        uint128 pot;
        /// Sum of what was lost by the claims that stand.
        uint128 lost;
        uint128 paid;
        bool closed;
    }

    struct Claim {
        uint256 caseId;
        address operator;
        uint128 lost;
        /// The entry of `shardReceiptHashes` that was lost: it strikes the claim where it stands in another batch.
        bytes32 receiptHash;
    }

    event CaseOpened(
        uint256 indexed caseId, bytes32 indexed culprit, uint64 from, uint64 to, uint128 pot, uint64 claimUntil
    );
    event ClaimRegistered(uint256 indexed caseId, bytes32 indexed claimId, address indexed operator, uint128 lost);
    event ClaimStruck(uint256 indexed caseId, bytes32 indexed claimId, bytes32 batchHash);
    event ClaimPaid(uint256 indexed caseId, bytes32 indexed claimId, address to, uint128 amount);
    event CaseClosed(uint256 indexed caseId, uint128 burnt);

    error Compensations_OnlyKind(address caller);
    error Compensations_OnlyRegistry(address caller);
    error Compensations_NoSuchCase(uint256 caseId);
    error Compensations_TooLate(uint64 until, uint64 nowAt);
    error Compensations_TooEarly(uint64 from, uint64 nowAt);
    error Compensations_NotInTheCase(uint64 index);
    error Compensations_AtFault(bytes32 batchHash, uint32 leaf);
    error Compensations_AlreadyClaimed(bytes32 claimId);
    error Compensations_NoSuchClaim(bytes32 claimId);
    /// @notice The leaf is not one that could have been paid: the named rule is broken.
    error Compensations_NotHonest(string rule);
    error Compensations_NotStanding(uint64 index);
    error Compensations_ReceiptNotInTheLeaf(bytes32 receiptHash);
    error Compensations_Closed(uint256 caseId);

    /// @notice Collects what a penalty left here and opens the case of a roll-back. Only kinds of the hub.
    function open(uint64 from, uint64 to, bytes32 culprit, uint32 culpritLeaf) external returns (uint256 caseId);

    /// @notice Claims the share that the operator of shard `part` would have got for this leaf. Anyone may, for anyone.
    function register(
        uint256 caseId,
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external returns (bytes32 claimId);

    /// @notice Takes a claim back whose receipt is in a batch that stands.
    function strike(bytes32 claimId, BatchRef calldata ref, LeafProof calldata leaf, uint256 part) external;

    /// @notice Pays a claim to its operator's withdrawal address.
    function pay(bytes32 claimId) external returns (uint128 amount);

    /// @notice Burns what nobody lost.
    function close(uint256 caseId) external returns (uint128 burnt);

    function caseCount() external view returns (uint256);
    function caseOf(uint256 caseId) external view returns (Case memory);
    function claimOf(bytes32 claimId) external view returns (Claim memory);
    /// @notice keccak256(abi.encode(batchHash, leaf, part)).
    function claimIdOf(bytes32 batchHash, uint32 leaf, uint256 part) external pure returns (bytes32);
}

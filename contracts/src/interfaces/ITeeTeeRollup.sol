// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Batch, BatchHeader, BatchStatus, Parameters} from "../types/Types.sol";
import {ICredits} from "./ICredits.sol";
import {IDisputeModule} from "./IDisputeModule.sol";
import {IHostRegistry} from "./IHostRegistry.sol";
import {IQuoteVerifier} from "./IQuoteVerifier.sol";

/// @title Batches, finality and the parameters of one TeeTee deployment
/// @notice Holds no money. The verifying contract of every TeeTee signature (EIP-712 name "TeeTee", version "1").
/// Indices start at 1; index 0 is the empty genesis (hash 0, state root 0, final from the start). Windows are seconds on the chain's
/// clock and have one comparison rule: something ends at the first timestamp that is not smaller than its end.
interface ITeeTeeRollup {
    /// @notice Which replaceable part a queued change is about.
    enum Module {
        Dispute,
        QuoteVerifier
    }

    /// @notice A queued change of a module; `readyAt` is zero when none is queued.
    struct QueuedModule {
        address module;
        uint64 readyAt;
    }

    event BatchPosted(
        uint64 indexed index,
        bytes32 indexed batchHash,
        address indexed poster,
        bytes32 parentHash,
        uint64 parentIndex,
        uint64 postedAt,
        BatchHeader header
    );
    event BatchFinalized(uint64 indexed index, bytes32 indexed batchHash, bytes32 stateRoot);
    /// @notice Batches `fromIndex` to `toIndex` (both included, as far as they stood) were rolled back; `headIndex` is the newest that stands.
    event BatchesRolledBack(uint64 indexed fromIndex, uint64 toIndex, uint64 headIndex, bytes32 batchHash);
    event ModuleQueued(Module indexed kind, address module, uint64 readyAt);
    event ModuleQueueCleared(Module indexed kind, address module);
    event ModuleApplied(Module indexed kind, address module);
    event RetirementQueued(uint64 readyAt);
    event RetirementCancelled();
    event Retired(uint64 retiredSince);
    event OwnershipOffered(address indexed owner, address indexed pendingOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The index was posted before, by this or another poster: compare `batchHash` with one's own to read it as success.
    error Rollup_IndexAlreadyPosted(uint64 index, bytes32 batchHash);
    error Rollup_IndexAhead(uint64 expectedIndex, uint64 nextIndex);
    error Rollup_ParentMismatch(bytes32 expectedParentHash, bytes32 headHash);
    error Rollup_NotAPoster(address caller);
    error Rollup_PrimaryHasTheTurn(address caller, uint64 openToAllAt);
    error Rollup_BadHeader(BatchHeader header);
    error Rollup_Retired();
    error Rollup_NotRetirable(uint64 readyAt, uint64 nowAt);
    error Rollup_NothingPosted(uint64 finalIndex);
    error Rollup_WindowOpen(uint64 index, uint64 finalAt, uint64 nowAt);
    error Rollup_FinalityBlocked(uint64 index, bytes32 batchHash);
    error Rollup_BatchUnknown(uint64 index, bytes32 batchHash);
    error Rollup_BatchNotOpen(uint64 index, BatchStatus status);
    error Rollup_OnlyDisputeModule(address caller);
    error Rollup_OnlyOwner(address caller);
    error Rollup_ModuleNotReady(Module kind, uint64 readyAt, uint64 nowAt);
    error Rollup_BadModule(Module kind, address module);
    error Rollup_BadParameter(string rule, uint256 value, uint256 bound);
    error Rollup_WrongCounterpart(address counterpart, address itsRollup);

    /// @notice Posts the next batch. Only a staked poster; anyone but the primary only after `takeoverDelay` without a batch of the primary.
    /// @param expectedIndex Must be `nextIndex()`; a smaller one reverts with `Rollup_IndexAlreadyPosted`.
    /// @param expectedParentHash Must be the hash of the newest standing batch (zero for the genesis).
    /// @return batchHash keccak256(abi.encode(chainId, rollup, index, parentHash, header)).
    function postBatch(uint64 expectedIndex, bytes32 expectedParentHash, BatchHeader calldata header)
        external
        returns (bytes32 batchHash);

    /// @notice Makes up to `maxBatches` due batches final, in order. Permissionless. Reverts with the cause when not even one is due.
    /// @return count How many became final.
    function finalize(uint64 maxBatches) external returns (uint64 count);

    /// @notice Rolls back an open batch and all its successors. Only the dispute module.
    function rollBack(uint64 fromIndex, bytes32 batchHash) external;

    /// @notice Queues a module; it can be applied after `moduleDelay`, which is longer than the withdrawal delay. Only the owner.
    /// @param module The new module; zero is allowed for the dispute module of a deployment with `devParameters`.
    function queueModule(Module kind, address module) external;

    /// @notice Drops a queued module. Only the owner.
    function clearQueuedModule(Module kind) external;

    /// @notice Puts a queued module to work. Only the owner.
    function applyModule(Module kind) external;

    /// @notice Queues the retirement of this deployment. Only the owner.
    function queueRetirement() external;

    /// @notice Drops the queued retirement. Only the owner.
    function cancelRetirement() external;

    /// @notice Retires after the delay: no deposits, registrations and batches any more; posted batches still settle, then everyone
    /// leaves with what is theirs. Permissionless.
    function retire() external;

    /// @notice Offers the ownership; the new owner takes it by `acceptOwnership`. Only the owner.
    function offerOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    function acceptOwnership() external;

    /// @notice Gives the ownership up for good: modules can then never change. Only the owner.
    function renounceOwnership() external;

    /// @notice All parameters.
    function parameters() external view returns (Parameters memory);

    function epochSeconds() external view returns (uint64);
    function window() external view returns (uint64);
    function disputeHorizon() external view returns (uint64);
    function withdrawalDelay() external view returns (uint64);
    function withdrawalMargin() external view returns (uint64);
    function exitDelay() external view returns (uint64);
    function nonceTtl() external view returns (uint64);
    function maxKeyValidity() external view returns (uint64);
    function minSlotStake() external view returns (uint128);
    function minPosterStake() external view returns (uint128);
    function modelBond() external view returns (uint128);

    function registry() external view returns (IHostRegistry);
    function credits() external view returns (ICredits);
    function disputeModule() external view returns (IDisputeModule);
    function quoteVerifier() external view returns (IQuoteVerifier);
    /// @notice The verifier in force at the end of `time`: what judges a quote of a batch posted then. The first one, for times before it.
    function quoteVerifierAt(uint64 time) external view returns (IQuoteVerifier);
    function primarySequencer() external view returns (address);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function queuedModule(Module kind) external view returns (QueuedModule memory);
    function retirementReadyAt() external view returns (uint64);
    /// @notice Time of retirement, zero before.
    function retiredAt() external view returns (uint64);
    function deployedAtBlock() external view returns (uint64);

    /// @notice The EIP-712 domain separator of every TeeTee message on this chain.
    function domainSeparator() external view returns (bytes32);

    /// @notice The hash that a batch would have.
    function hashBatch(uint64 index, bytes32 parentHash, BatchHeader calldata header) external view returns (bytes32);

    /// @notice Index that the next batch must name.
    function nextIndex() external view returns (uint64);
    /// @notice Index of the newest batch that stands; 0 is the genesis.
    function headIndex() external view returns (uint64);
    /// @notice Index of the newest final batch; 0 is the genesis.
    function finalIndex() external view returns (uint64);
    /// @notice State root of the newest final batch.
    function finalStateRoot() external view returns (bytes32);
    /// @notice When the primary posted last (deployment time before its first batch).
    function primaryPostedAt() external view returns (uint64);
    /// @notice The newest batch that stands.
    function latestBatch() external view returns (uint64 index, Batch memory record);
    /// @notice A batch as posted; all zero for an index that was never posted and for the genesis.
    function batch(uint64 index) external view returns (Batch memory);
    function statusOf(uint64 index) external view returns (BatchStatus);
    /// @notice The oldest batch that is open, when its window ends, and whether the dispute module holds it back now. Index 0: none.
    function nextToFinalize() external view returns (uint64 index, uint64 finalAt, bool blocked);
    /// @notice Whether batch `index` is final and no open or later batch was posted before `time`.
    function settledUpTo(uint64 index, uint64 time) external view returns (bool);
}

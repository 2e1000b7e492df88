// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHostRegistry} from "../interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "../libraries/BatchProof.sol";
import {MessageHash} from "../libraries/MessageHash.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, SignedReceipt, SignedRequest, Verdict} from "../types/FaultTypes.sol";
import {ShardReceipt} from "../types/Messages.sol";
import {Batch} from "../types/Types.sol";

import {Judge} from "./Judge.sol";

/// @title Faults between a leaf and its shard receipts (docs/protocol.md, sections 5 and 6)
/// @notice A contradiction that a leaf puts together is its poster's: a host signs for its own receipt alone.
contract PipelineFaults is Judge {
    uint256 internal constant MOST_SHARDS = 16;

    error PipelineFaults_NotAllReceipts(uint256 given, uint256 committed);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice An answered job with no or more than 16 shard receipts.
    function shardCount(BatchRef calldata ref, LeafProof calldata leaf) external view returns (Verdict memory) {
        _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        _notVoid(leaf);
        uint256 count = leaf.receipt.shardReceiptHashes.length;
        if (count > 0 && count <= MOST_SHARDS) revert Judge_NoFault("shard receipts", count, MOST_SHARDS);
        return _rollBack(ref, leaf.index);
    }

    /// @notice The slots do not cover the model's layers in order, one is not registered, or one serves another model.
    /// @param receipts All of the leaf's, in its order; at most 16.
    function layers(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        SignedReceipt[] calldata receipts
    ) external view returns (Verdict memory) {
        _bind(ref, leaf, signed);
        _notVoid(leaf);
        uint256 count = leaf.receipt.shardReceiptHashes.length;
        if (receipts.length != count) revert PipelineFaults_NotAllReceipts(receipts.length, count);
        IHostRegistry registry = rollup.registry();
        uint256 next = 0;
        for (uint256 i = 0; i < count; i++) {
            _checkReceipt(leaf, i, receipts[i]);
            IHostRegistry.Slot memory slot = registry.slot(receipts[i].receipt.slot);
            bool fits = slot.operator != address(0) && slot.modelId == signed.request.modelId && slot.firstLayer == next
                && slot.layerCount > 0;
            if (!fits) return _rollBack(ref, leaf.index);
            next += slot.layerCount;
        }
        _differ("layers", next, registry.model(signed.request.modelId).layerCount);
        return _rollBack(ref, leaf.index);
    }

    /// @notice A shard receipt is of another job than the leaf.
    function shardJob(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external view returns (Verdict memory) {
        _bindPart(ref, leaf, signed, part, receipt);
        _differ("receipt's job", receipt.receipt.jobId, leaf.receipt.jobId);
        return _refund(ref, leaf, signed);
    }

    /// @notice A shard receipt has not promptTokens + outputTokens - 1 positions.
    function shardPositions(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external view returns (Verdict memory) {
        _bindPart(ref, leaf, signed, part, receipt);
        uint256 tokens = uint256(leaf.receipt.promptTokens) + leaf.receipt.outputTokens;
        _differ("positions + 1", uint256(receipt.receipt.positions) + 1, tokens);
        return _refund(ref, leaf, signed);
    }

    /// @notice A shard receipt has another tokens root than the leaf.
    function shardTokens(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external view returns (Verdict memory) {
        _bindPart(ref, leaf, signed, part, receipt);
        _differ("receipt's tokens root", receipt.receipt.tokensRoot, leaf.receipt.tokensRoot);
        return _refund(ref, leaf, signed);
    }

    /// @notice The batch was posted when the receipt was worth nothing any more.
    function postBeforePassed(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external view returns (Verdict memory) {
        Batch memory batch = _bindPart(ref, leaf, signed, part, receipt);
        if (batch.postedAt < receipt.receipt.postBefore) {
            revert Judge_NoFault("posted in time", batch.postedAt, receipt.receipt.postBefore);
        }
        return _refund(ref, leaf, signed);
    }

    /// @notice The receipt names another operator than the slot's.
    function slotOperator(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external view returns (Verdict memory) {
        _bindPart(ref, leaf, signed, part, receipt);
        address operator = rollup.registry().slot(receipt.receipt.slot).operator;
        _differ("operator", uint160(receipt.receipt.operator), uint160(operator));
        return _refund(ref, leaf, signed);
    }

    /// @notice The receipt is not signed by a key of its slot that is valid at its epoch.
    function shardSigner(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external view returns (Verdict memory) {
        _bindPart(ref, leaf, signed, part, receipt);
        ShardReceipt calldata r = receipt.receipt;
        address signer = _signer(MessageHash.structHash(r), receipt.signature);
        bool valid = signer != address(0) && rollup.registry().isValidKey(r.slot, signer, r.epoch);
        if (valid) revert Judge_NoFault("key is valid", uint160(signer), r.slot);
        return _refund(ref, leaf, signed);
    }

    function _bindPart(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) private view returns (Batch memory batch) {
        batch = _bind(ref, leaf, signed);
        _notVoid(leaf);
        _checkReceipt(leaf, part, receipt);
    }
}

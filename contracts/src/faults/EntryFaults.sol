// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "../libraries/BatchProof.sol";
import {Coverage} from "../libraries/Coverage.sol";
import {MessageHash} from "../libraries/MessageHash.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, ChunkProof, DataKinds, QuoteProof, ShardEntry, SignedRequest, Verdict} from "../types/FaultTypes.sol";

import {Judge} from "./Judge.sol";

/// @title Faults of what the batch's data tree binds and no receipt does: entries of shard receipts, frames of sealed tokens
/// @notice An entry names the quote that covers its receipt (docs/protocol.md, sections 7, 8 and 10).
contract EntryFaults is Judge {
    error EntryFaults_WrongLength(uint256 length, uint256 recorded);
    error EntryFaults_WrongQuote(uint32 given, uint32 named);
    error EntryFaults_NotSealed();

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice A published shard receipt is not the one that the leaf commits.
    function entryHash(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        uint16 part,
        ShardEntry calldata entry,
        ChunkProof calldata chunk
    ) external view returns (Verdict memory) {
        _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        _checkEntry(ref, leaf, part, entry, chunk);
        bytes32 hashed = MessageHash.itemHash(entry.receipt, entry.signature);
        _differ("shard receipt's hash", hashed, leaf.receipt.shardReceiptHashes[part]);
        return _rollBack(ref, leaf.index);
    }

    /// @notice The entry points to no quote of the batch.
    function quoteIndex(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint16 part,
        ShardEntry calldata entry,
        ChunkProof calldata chunk
    ) external view returns (Verdict memory) {
        _bind(ref, leaf, signed);
        _checkEntry(ref, leaf, part, entry, chunk);
        if (entry.quoteIndex < ref.header.quoteCount) {
            revert Judge_NoFault("quote index", entry.quoteIndex, ref.header.quoteCount);
        }
        return _refund(ref, leaf, signed);
    }

    /// @notice The quote's record is of another model, slot, operator, epoch or key than the receipt, or the receipt is not in its
    /// execution root: no quote covers the receipt.
    function notCovered(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint16 part,
        ShardEntry calldata entry,
        ChunkProof calldata chunk,
        QuoteProof calldata quote
    ) external view returns (Verdict memory) {
        _bind(ref, leaf, signed);
        _checkEntry(ref, leaf, part, entry, chunk);
        if (quote.index != entry.quoteIndex) revert EntryFaults_WrongQuote(quote.index, entry.quoteIndex);
        if (Coverage.isCovered(rollup, ref, signed.request.modelId, entry, quote)) {
            revert Judge_NoFault("receipt is covered", 0, 0);
        }
        return _refund(ref, leaf, signed);
    }

    /// @notice A sealed job's published tokens have another form than 1 to 4 wraps and T + 1 encrypted ids.
    /// @param first Bytes of the item's chunk 0.
    function sealedFrame(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        bytes calldata first,
        ChunkProof calldata chunk
    ) external view returns (Verdict memory) {
        _bind(ref, leaf, signed);
        _notVoid(leaf);
        if (signed.request.privacy != 1) revert EntryFaults_NotSealed();
        BatchProof.checkChunk(ref, chunk, leaf.index, DataKinds.TOKENS, 0, 0, keccak256(first));
        uint256 ids = uint256(leaf.receipt.promptTokens) + leaf.receipt.outputTokens;
        if (Coverage.isFrame(first, chunk.itemLength, ids)) {
            revert Judge_NoFault("sealed tokens", chunk.itemLength, ids);
        }
        return _refund(ref, leaf, signed);
    }

    function _checkEntry(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        uint16 part,
        ShardEntry calldata entry,
        ChunkProof calldata chunk
    ) private pure {
        _notVoid(leaf);
        uint256 parts = leaf.receipt.shardReceiptHashes.length;
        if (part >= parts) revert Judge_NoSuchPart(part, parts);
        bytes memory item = Coverage.itemOf(entry);
        if (item.length != chunk.itemLength) revert EntryFaults_WrongLength(item.length, chunk.itemLength);
        BatchProof.checkChunk(ref, chunk, leaf.index, DataKinds.SHARD_RECEIPT, part, 0, keccak256(item));
    }
}

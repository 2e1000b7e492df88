// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "../libraries/BatchProof.sol";
import {Coverage} from "../libraries/Coverage.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {ShaMerkle} from "../libraries/ShaMerkle.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {
    BatchRef,
    CHUNK_TAG,
    ChunkProof,
    DataKinds,
    NO_LEAF,
    PublishedChunk,
    QuoteProof,
    ShardEntry,
    SignedCancel,
    SignedReceipt,
    SignedRequest
} from "../types/FaultTypes.sol";
import {QueryReceipt} from "../types/Messages.sol";

import {Judge} from "./Judge.sol";

/// @title What answers a data challenge (docs/protocol.md, section 8)
/// @notice One function for each kind of chunk. It returns the chunk with its place if its content is what the batch commits, and reverts
/// otherwise. What the leaf binds is judged by the leaf; sealed tokens and quotes, which it does not, by the data tree. Keeps nothing.
contract ChunkAnswers is Judge {
    uint256 internal constant CHUNK = 16_384;
    uint256 internal constant PAGE = 1_024;
    uint256 internal constant LEAVES = 512;
    bytes8 internal constant TOKENS_TAG = "TT/toks1";
    bytes8 internal constant TRACE_TAG = "TT/trac1";

    error ChunkAnswers_WrongContent(bytes32 computed, bytes32 committed);
    error ChunkAnswers_WrongLength(uint256 length, uint256 expected);
    error ChunkAnswers_NoSuchChunk(uint256 number, uint256 itemLength);
    error ChunkAnswers_ChunkExists(uint256 number, uint256 itemLength);
    error ChunkAnswers_NotCovered(uint32 quoteIndex);
    error ChunkAnswers_NotSealed();
    error ChunkAnswers_NoFrame(uint256 itemLength, uint256 ids);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice Kind 2: the query receipt at an index.
    function queryReceipt(BatchRef calldata ref, LeafProof calldata leaf)
        external
        view
        returns (PublishedChunk memory)
    {
        _bindLeaf(ref, leaf);
        return _chunk(ref, leaf.index, DataKinds.QUERY_RECEIPT, 0, 0, abi.encode(leaf.receipt));
    }

    /// @notice Kind 1: the request.
    function request(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (PublishedChunk memory)
    {
        _bindLeaf(ref, leaf);
        bytes memory item = abi.encode(signed.request, signed.signature);
        _equal(keccak256(item), leaf.receipt.requestHash);
        return _chunk(ref, leaf.index, DataKinds.REQUEST, 0, 0, item);
    }

    /// @notice Kind 6: the cancellation.
    function cancel(BatchRef calldata ref, LeafProof calldata leaf, SignedCancel calldata cancelled)
        external
        view
        returns (PublishedChunk memory)
    {
        _bindLeaf(ref, leaf);
        bytes memory item = abi.encode(cancelled.cancel, cancelled.signature);
        _equal(keccak256(item), leaf.receipt.cancelHash);
        return _chunk(ref, leaf.index, DataKinds.CANCEL, 0, 0, item);
    }

    /// @notice Kind 3: a shard receipt with the quote that covers it. An entry that no record of the batch covers is no answer.
    function shardReceipt(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint16 part,
        ShardEntry calldata entry,
        QuoteProof calldata quote
    ) external view returns (PublishedChunk memory) {
        _bindLeaf(ref, leaf);
        _checkRequest(leaf, signed);
        _equal(MessageHash.itemHash(entry.receipt, entry.signature), _receiptHash(leaf, part));
        bool covered =
            quote.index == entry.quoteIndex && Coverage.isCovered(rollup, ref, signed.request.modelId, entry, quote);
        if (!covered) revert ChunkAnswers_NotCovered(entry.quoteIndex);
        return _chunk(ref, leaf.index, DataKinds.SHARD_RECEIPT, part, 0, Coverage.itemOf(entry));
    }

    /// @notice Kind 4 of a public job: up to 4,096 ids, u32 LE.
    /// @param path From the node over their 16 pages to the tree of `tokensRoot`.
    function tokens(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        uint32 number,
        bytes calldata ids,
        bytes32[] calldata path
    ) external view returns (PublishedChunk memory) {
        _bindLeaf(ref, leaf);
        _equal(_tokensRoot(_ids(leaf.receipt), number, ids, path), leaf.receipt.tokensRoot);
        return _chunk(ref, leaf.index, DataKinds.TOKENS, 0, number, ids);
    }

    /// @notice Kind 4 of a sealed job: a chunk as the data tree has it.
    function sealedTokens(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint32 number,
        bytes calldata content,
        ChunkProof calldata chunk
    ) external view returns (PublishedChunk memory) {
        _bindLeaf(ref, leaf);
        _checkRequest(leaf, signed);
        if (signed.request.privacy != 1) revert ChunkAnswers_NotSealed();
        BatchProof.checkChunk(ref, chunk, leaf.index, DataKinds.TOKENS, 0, number, keccak256(content));
        _checkLength(content.length, _lengthOf(chunk.itemLength, number));
        uint256 ids = _ids(leaf.receipt);
        bool good = number != 0 || Coverage.isFrame(content, chunk.itemLength, ids);
        if (!good) revert ChunkAnswers_NoFrame(chunk.itemLength, ids);
        return _chunk(ref, leaf.index, DataKinds.TOKENS, 0, number, content);
    }

    /// @notice Kind 4, of a chunk that the item does not have: nobody can tell a public job from a sealed one, whose item is longer, before the
    /// request is known. Publishes nothing.
    /// @param firstHash keccak256 of chunk 0 of a sealed job's tokens, and `first` its record; neither is read for a public job.
    function noSuchTokens(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint32 number,
        bytes32 firstHash,
        ChunkProof calldata first
    ) external view returns (PublishedChunk memory) {
        _bindLeaf(ref, leaf);
        _checkRequest(leaf, signed);
        uint256 length = _ids(leaf.receipt) * 4;
        if (signed.request.privacy == 1) {
            BatchProof.checkChunk(ref, first, leaf.index, DataKinds.TOKENS, 0, 0, firstHash);
            length = first.itemLength;
        }
        if (uint256(number) * CHUNK < length) revert ChunkAnswers_ChunkExists(number, length);
        return _chunk(ref, leaf.index, DataKinds.TOKENS, 0, number, "");
    }

    /// @notice Kind 5: up to 512 trace leaves of a shard.
    /// @param path From the node over them to the tree of the receipt's `traceRoot`.
    function leafList(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        uint16 part,
        uint32 number,
        SignedReceipt calldata receipt,
        bytes32[] calldata leaves,
        bytes32[] calldata path
    ) external view returns (PublishedChunk memory) {
        _bindLeaf(ref, leaf);
        _equal(MessageHash.itemHash(receipt.receipt, receipt.signature), _receiptHash(leaf, part));
        bytes32 root = _traceRoot(receipt.receipt.positions, number, leaves, path);
        _equal(root, receipt.receipt.traceRoot);
        return _chunk(ref, leaf.index, DataKinds.LEAF_LIST, part, number, abi.encodePacked(leaves));
    }

    /// @notice Kind 7: chunk 0 of a quote's item, as the data tree has it.
    function quoteData(BatchRef calldata ref, uint16 quoteIndex, bytes calldata content, ChunkProof calldata chunk)
        external
        view
        returns (PublishedChunk memory)
    {
        BatchProof.posted(rollup, ref);
        BatchProof.checkChunk(ref, chunk, NO_LEAF, DataKinds.QUOTE, quoteIndex, 0, keccak256(content));
        _checkLength(content.length, _lengthOf(chunk.itemLength, 0));
        return _chunk(ref, NO_LEAF, DataKinds.QUOTE, quoteIndex, 0, content);
    }

    /// @dev The batch may have fallen meanwhile: what is published is published.
    function _bindLeaf(BatchRef calldata ref, LeafProof calldata leaf) private view {
        BatchProof.posted(rollup, ref);
        BatchProof.checkLeaf(ref, leaf);
    }

    function _chunk(BatchRef calldata ref, uint32 leaf, uint8 kind, uint16 part, uint32 number, bytes memory content)
        private
        pure
        returns (PublishedChunk memory)
    {
        return PublishedChunk(CHUNK_TAG, ref.batchHash, leaf, kind, part, number, content);
    }

    function _receiptHash(LeafProof calldata leaf, uint256 part) private pure returns (bytes32) {
        uint256 parts = leaf.receipt.shardReceiptHashes.length;
        if (part >= parts) revert Judge_NoSuchPart(part, parts);
        return leaf.receipt.shardReceiptHashes[part];
    }

    /// @dev Token ids at positions 0 to T.
    function _ids(QueryReceipt calldata r) private pure returns (uint256) {
        return uint256(r.promptTokens) + r.outputTokens;
    }

    function _equal(bytes32 computed, bytes32 committed) private pure {
        if (computed != committed) revert ChunkAnswers_WrongContent(computed, committed);
    }

    function _checkLength(uint256 length, uint256 expected) private pure {
        if (length != expected) revert ChunkAnswers_WrongLength(length, expected);
    }

    function _lengthOf(uint256 itemLength, uint256 number) private pure returns (uint256) {
        uint256 start = number * CHUNK;
        if (start >= itemLength) revert ChunkAnswers_NoSuchChunk(number, itemLength);
        return itemLength - start < CHUNK ? itemLength - start : CHUNK;
    }

    function _tokensRoot(uint256 count, uint256 number, bytes calldata ids, bytes32[] calldata path)
        private
        view
        returns (bytes32)
    {
        _checkLength(ids.length, _lengthOf(count * 4, number));
        bytes32[] memory nodes = new bytes32[]((ids.length + PAGE - 1) / PAGE);
        for (uint256 i = 0; i < nodes.length; i++) {
            uint256 end = (i + 1) * PAGE;
            nodes[i] = ShaMerkle.leaf(ids[i * PAGE:end < ids.length ? end : ids.length]);
        }
        uint256 chunks = (count * 4 + CHUNK - 1) / CHUNK;
        return ShaMerkle.wrap(TOKENS_TAG, count, ShaMerkle.climb(ShaMerkle.fold(nodes), number, chunks, path));
    }

    function _traceRoot(uint256 positions, uint256 number, bytes32[] calldata leaves, bytes32[] calldata path)
        private
        view
        returns (bytes32)
    {
        _checkLength(leaves.length * 32, _lengthOf(positions * 32, number));
        bytes32[] memory nodes = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            nodes[i] = ShaMerkle.leaf(_bytesOf(leaves, i));
        }
        uint256 chunks = (positions + LEAVES - 1) / LEAVES;
        return ShaMerkle.wrap(TRACE_TAG, positions, ShaMerkle.climb(ShaMerkle.fold(nodes), number, chunks, path));
    }

    function _bytesOf(bytes32[] calldata words, uint256 index) private pure returns (bytes calldata word) {
        assembly ("memory-safe") {
            word.offset := add(words.offset, mul(index, 0x20))
            word.length := 0x20
        }
    }
}

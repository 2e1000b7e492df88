// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, ChunkProof, QuoteProof} from "../types/FaultTypes.sol";
import {Batch, BatchStatus} from "../types/Types.sol";

import {TaggedMerkle} from "./TaggedMerkle.sol";

/// @title What a posted batch commits, opened by hash (docs/protocol.md, section 8)
library BatchProof {
    error BatchProof_NotOpen(uint64 index, BatchStatus status);
    error BatchProof_WrongBatch(bytes32 given, bytes32 posted);
    error BatchProof_WrongHeader(bytes32 hashed, bytes32 posted);
    error BatchProof_NotInTheTree(bytes32 root, uint32 index);

    /// @notice The open batch behind a reference.
    function open(ITeeTeeRollup rollup, BatchRef calldata ref) internal view returns (Batch memory) {
        BatchStatus status = rollup.statusOf(ref.index);
        if (status != BatchStatus.Open) revert BatchProof_NotOpen(ref.index, status);
        return posted(rollup, ref);
    }

    /// @notice Any posted batch, wherever it stands now; its header is the one that was hashed.
    function posted(ITeeTeeRollup rollup, BatchRef calldata ref) internal view returns (Batch memory batch) {
        batch = rollup.batch(ref.index);
        if (ref.batchHash == 0 || batch.batchHash != ref.batchHash) {
            revert BatchProof_WrongBatch(ref.batchHash, batch.batchHash);
        }
        bytes32 parentHash = rollup.batch(batch.parentIndex).batchHash;
        bytes32 hashed = rollup.hashBatch(ref.index, parentHash, ref.header);
        if (hashed != ref.batchHash) revert BatchProof_WrongHeader(hashed, ref.batchHash);
    }

    /// @notice The receipt is the leaf that it says it is.
    function checkLeaf(BatchRef calldata ref, LeafProof calldata leaf) internal pure {
        checkData(ref, leaf.index, abi.encode(leaf.receipt), leaf.path);
    }

    /// @notice These bytes are leaf `index` of the receipts tree, whatever they are.
    function checkData(BatchRef calldata ref, uint32 index, bytes memory data, bytes32[] calldata path) internal pure {
        bytes32 root = ref.header.receiptsRoot;
        bool inside = TaggedMerkle.verify(TaggedMerkle.RECEIPTS, root, ref.header.count, index, data, path);
        if (!inside) revert BatchProof_NotInTheTree(root, index);
    }

    /// @notice The record of this chunk is in the data tree.
    function checkChunk(
        BatchRef calldata ref,
        ChunkProof calldata chunk,
        uint32 leaf,
        uint8 kind,
        uint16 part,
        uint32 number,
        bytes32 chunkHash
    ) internal pure {
        bytes memory record = abi.encodePacked(leaf, kind, part, number, chunk.itemLength, chunkHash);
        bytes32 root = ref.header.dataRoot;
        bool inside =
            TaggedMerkle.verify(TaggedMerkle.DATA, root, ref.header.chunkCount, chunk.index, record, chunk.path);
        if (!inside) revert BatchProof_NotInTheTree(root, chunk.index);
    }

    /// @notice The record is the one of the quote that it says it is.
    function checkQuote(BatchRef calldata ref, QuoteProof calldata quote) internal pure {
        bytes32 root = ref.header.quotesRoot;
        bool inside = TaggedMerkle.verify(
            TaggedMerkle.QUOTES, root, ref.header.quoteCount, quote.index, abi.encode(quote.record), quote.path
        );
        if (!inside) revert BatchProof_NotInTheTree(root, quote.index);
    }
}

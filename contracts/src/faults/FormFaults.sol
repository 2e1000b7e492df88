// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "../libraries/BatchProof.sol";
import {LeafCodec} from "../libraries/LeafCodec.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, ChunkProof, DataKinds, QuoteProof, Verdict} from "../types/FaultTypes.sol";
import {BatchStatus} from "../types/Types.sol";

import {Judge} from "./Judge.sol";

/// @title Faults in the form of a batch (docs/protocol.md, sections 6 and 8)
contract FormFaults is Judge {
    error FormFaults_NotInOrder(uint64 firstIndex, uint32 firstLeaf, uint64 secondIndex, uint32 secondLeaf);
    error FormFaults_FirstDoesNotStand(uint64 index, BatchStatus status);
    error FormFaults_NotTheLast(uint32 index, uint32 count);
    error FormFaults_NotBound(uint8 kind);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice The bytes at a leaf are not the canonical encoding of any query receipt.
    function malformedLeaf(BatchRef calldata ref, uint32 index, bytes calldata data, bytes32[] calldata path)
        external
        view
        returns (Verdict memory)
    {
        _open(ref);
        BatchProof.checkData(ref, index, data, path);
        if (LeafCodec.isCanonical(data)) revert Judge_NoFault("leaf is canonical", data.length, data.length);
        return _rollBack(ref, index);
    }

    /// @notice One job in two leaves, the first of which stands: the second is the fault.
    function jobTwice(
        BatchRef calldata first,
        LeafProof calldata firstLeaf,
        BatchRef calldata ref,
        LeafProof calldata leaf
    ) external view returns (Verdict memory) {
        _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        BatchProof.posted(rollup, first);
        BatchProof.checkLeaf(first, firstLeaf);
        bool ordered = first.index < ref.index || (first.index == ref.index && firstLeaf.index < leaf.index);
        if (!ordered) revert FormFaults_NotInOrder(first.index, firstLeaf.index, ref.index, leaf.index);
        BatchStatus status = rollup.statusOf(first.index);
        if (status != BatchStatus.Open && status != BatchStatus.Final) {
            revert FormFaults_FirstDoesNotStand(first.index, status);
        }
        (bytes32 one, bytes32 other) = (firstLeaf.receipt.jobId, leaf.receipt.jobId);
        if (one != other) revert Judge_NoFault("jobs differ", uint256(other), uint256(one));
        return _rollBack(ref, leaf.index);
    }

    /// @notice The header's state root is not that after the last leaf.
    function headerStateRoot(BatchRef calldata ref, LeafProof calldata leaf) external view returns (Verdict memory) {
        _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        if (leaf.index != ref.header.count - 1) revert FormFaults_NotTheLast(leaf.index, ref.header.count);
        _differ("header's state root", ref.header.stateRoot, leaf.receipt.stateRootAfter);
        return _rollBack(ref, leaf.index);
    }

    /// @notice A published request, query receipt or cancellation is not the one that the leaf commits.
    /// @param chunkHash keccak256 of the item's only chunk, as its record has it.
    function itemHash(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        uint8 kind,
        ChunkProof calldata chunk,
        bytes32 chunkHash
    ) external view returns (Verdict memory) {
        _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        bytes32 committed;
        if (kind == DataKinds.REQUEST) committed = leaf.receipt.requestHash;
        else if (kind == DataKinds.QUERY_RECEIPT) committed = keccak256(abi.encode(leaf.receipt));
        else if (kind == DataKinds.CANCEL) committed = leaf.receipt.cancelHash;
        else revert FormFaults_NotBound(kind);
        BatchProof.checkChunk(ref, chunk, leaf.index, kind, 0, 0, chunkHash);
        _differ("item's hash", chunkHash, committed);
        return _rollBack(ref, leaf.index);
    }

    /// @notice Two records of the batch are of one slot, operator and epoch.
    function quoteTwice(BatchRef calldata ref, QuoteProof calldata first, QuoteProof calldata second)
        external
        view
        returns (Verdict memory)
    {
        _open(ref);
        BatchProof.checkQuote(ref, first);
        BatchProof.checkQuote(ref, second);
        if (first.index == second.index) revert Judge_NoFault("one record", first.index, second.index);
        bytes32 one = keccak256(abi.encode(first.record.slot, first.record.operator, first.record.epoch));
        bytes32 other = keccak256(abi.encode(second.record.slot, second.record.operator, second.record.epoch));
        if (one != other) revert Judge_NoFault("records of different epochs", uint256(other), uint256(one));
        return _penalty(ref);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KvChunk, Operator, StepClaim} from "../types/DisputeTypes.sol";
import {Openings} from "./Openings.sol";
import {OperatorLayout} from "./OperatorLayout.sol";
import {ShaMerkle} from "./ShaMerkle.sol";

/// @title Opens the rows of one kv head at the positions of one chunk
/// @notice Rows of positions before p stand under the trace of the receipt, p's own in the revealed list.
library KvOpenings {
    bytes8 private constant ROWS = "TT/kvpo1";
    bytes8 private constant LEAF = "TT/leaf1";
    bytes8 private constant TRACE = "TT/trac1";
    uint256 private constant CHUNK = OperatorLayout.HEAD_CHUNK;

    /// @notice Checks the rows of chunk `number`. Row i stands in `k.rows` at byte i * stride, without its salt, for i < count.
    /// @param op KeyRow or ValueRow.
    function rows(StepClaim calldata s, Operator op, uint256 head, uint256 number, KvChunk calldata k)
        internal
        view
        returns (bytes calldata unsalted, uint256 count, uint256 stride)
    {
        uint256 first = number * CHUNK;
        // Of the chunk's positions, `before` lie before p.
        uint256 before = _upTo(s.context.position, first);
        count = _upTo(uint256(s.context.position) + 1, first);
        stride = 2 * uint256(s.context.config.headDimension) + Openings.saltLength(s);
        if (k.rows.length != count * stride) revert Openings.Openings_WrongLength(k.rows.length, count * stride);
        if (count == before) {
            Openings.requireUnused(k.own);
        } else {
            bytes32 own = Openings.entry(s, s.group, op, head, k.own);
            bytes32 leaf = ShaMerkle.leaf(k.rows[before * stride:]);
            if (leaf != own) revert Openings.Openings_WrongEntry(leaf, own);
        }
        _checkTrace(s, number, _leaves(s, op, head, first, before, k), k);
        unsalted = k.rows[Openings.saltLength(s):];
    }

    /// @dev The leaves of the trace at the chunk's positions: computed before p, given from p on.
    function _leaves(StepClaim calldata s, Operator op, uint256 head, uint256 first, uint256 before, KvChunk calldata k)
        private
        view
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](_upTo(s.context.positions, first));
        uint256 later = leaves.length - before;
        if (k.laterLeaves.length != later) revert Openings.Openings_WrongLength(k.laterLeaves.length, later);
        if (k.bounds.length != 2 * before) revert Openings.Openings_WrongLength(k.bounds.length, 2 * before);
        uint256 size = OperatorLayout.kvRowCount(s.context);
        uint256 index = OperatorLayout.kvRowIndex(s.context, s.group, op, head);
        uint256 depth = ShaMerkle.pathLength(index, size);
        if (k.kvPaths.length != before * depth) revert Openings.Openings_WrongLength(k.kvPaths.length, before * depth);
        uint256 stride = 2 * uint256(s.context.config.headDimension) + Openings.saltLength(s);
        for (uint256 i = 0; i < before; i++) {
            bytes32 root = ShaMerkle.leaf(k.rows[i * stride:(i + 1) * stride]);
            root = ShaMerkle.climb(root, index, size, k.kvPaths[i * depth:(i + 1) * depth]);
            root = ShaMerkle.wrap(ROWS, size, root);
            leaves[i] =
                ShaMerkle.hashOf(abi.encodePacked(LEAF, uint32(first + i), k.bounds[2 * i], k.bounds[2 * i + 1], root));
        }
        for (uint256 i = 0; i < later; i++) {
            leaves[before + i] = k.laterLeaves[i];
        }
    }

    function _checkTrace(StepClaim calldata s, uint256 number, bytes32[] memory leaves, KvChunk calldata k)
        private
        view
    {
        for (uint256 i = 0; i < leaves.length; i++) {
            leaves[i] = ShaMerkle.entryLeaf(leaves[i]);
        }
        uint256 chunks = OperatorLayout.ceilDiv(s.context.positions, CHUNK);
        bytes32 root = ShaMerkle.climb(ShaMerkle.fold(leaves), number, chunks, k.path);
        root = ShaMerkle.wrap(TRACE, s.context.positions, root);
        if (root != s.context.traceRoot) revert Openings.Openings_WrongRoot(root, s.context.traceRoot);
    }

    /// @dev How many of the chunk's positions, the first of which is `first`, lie below `end`.
    function _upTo(uint256 end, uint256 first) private pure returns (uint256) {
        if (end <= first) return 0;
        return end - first < CHUNK ? end - first : CHUNK;
    }
}

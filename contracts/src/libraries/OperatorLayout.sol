// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeContext, Operator} from "../types/DisputeTypes.sol";

/// @title Where everything stands in the operator list of one position of one shard (docs/protocol.md, section 12)
/// @notice Pure functions of the context: groups, entries, segments, contents. Nothing here is ever taken from a caller.
/// @dev Group 0 is what enters, groups 1..n are the layers, one more group is the head iff the shard ends the model and picks at p.
/// The operators of each kind of group are neighbours in `Operator`, in the order of the list.
library OperatorLayout {
    /// @dev Elements of a segment of a vector or a quantised vector, and the most of a matrix product's.
    uint256 internal constant SEGMENT = 4096;
    /// @dev Columns of a matrix that one weight page holds, hence that one plane of accumulators covers.
    uint256 internal constant PLANE_COLUMNS = 8192;
    /// @dev Binary32 elements of a page of 1,024 bytes.
    uint256 internal constant PAGE_ELEMENTS = 256;
    /// @dev Elements of a quantised block.
    uint256 internal constant BLOCK = 32;
    /// @dev Elements after which a norm commits its lanes.
    uint256 internal constant NORM_CHUNK = 1024;
    /// @dev Positions of a chunk of a head.
    uint256 internal constant HEAD_CHUNK = 32;
    uint256 internal constant LANES = 16;
    /// @dev Disputes reach positions below this one.
    uint256 internal constant MAX_POSITIONS = 8192;

    /// @notice How an entry commits its content.
    enum Content {
        Vector,
        Matrix,
        Quantized,
        Norm,
        Row,
        Head,
        Pick
    }

    error OperatorLayout_NoSuchGroup(uint256 group, uint256 groups);
    error OperatorLayout_NoSuchEntry(uint256 group, uint256 index, uint256 size);
    error OperatorLayout_NoSuchUnit(Operator op, uint256 unit, uint256 units);
    error OperatorLayout_NotInGroup(Operator op, uint256 group);
    error OperatorLayout_NoSuchOperator(Operator op);
    error OperatorLayout_TooManyColumns(uint256 columns);

    /// @notice Whether the shard's list at this position ends with the head group.
    function hasHead(DisputeContext calldata c) internal pure returns (bool) {
        return uint256(c.firstLayer) + c.layerCount == c.config.layerCount && uint256(c.position) + 1 >= c.promptTokens;
    }

    /// @notice Number of groups: what enters, the layers, and the head where there is one.
    function groupCount(DisputeContext calldata c) internal pure returns (uint256) {
        return uint256(c.layerCount) + (hasHead(c) ? 2 : 1);
    }

    /// @notice The operators of a group, from the first to the last.
    function operatorsOf(DisputeContext calldata c, uint256 group)
        internal
        pure
        returns (Operator first, Operator last)
    {
        if (group == 0) {
            return c.firstLayer == 0 ? (Operator.Embedding, Operator.Embedding) : (Operator.Input, Operator.Input);
        }
        if (group <= c.layerCount) return (Operator.AttentionNorm, Operator.FeedForwardResidual);
        if (group >= groupCount(c)) revert OperatorLayout_NoSuchGroup(group, groupCount(c));
        return (Operator.OutputNorm, Operator.Pick);
    }

    /// @notice Number of entries of a group.
    function groupSize(DisputeContext calldata c, uint256 group) internal pure returns (uint256 size) {
        (Operator first, Operator last) = operatorsOf(c, group);
        for (uint256 op = uint256(first); op <= uint256(last); op++) {
            size += unitCount(c, Operator(op));
        }
    }

    /// @notice The operator and unit (segment, head) of an entry.
    function locate(DisputeContext calldata c, uint256 group, uint256 index)
        internal
        pure
        returns (Operator, uint256 unit)
    {
        (Operator first, Operator last) = operatorsOf(c, group);
        unit = index;
        for (uint256 op = uint256(first); op <= uint256(last); op++) {
            uint256 units = unitCount(c, Operator(op));
            if (unit < units) return (Operator(op), unit);
            unit -= units;
        }
        revert OperatorLayout_NoSuchEntry(group, index, index - unit);
    }

    /// @notice The entry of a unit of an operator of a group, and the group's size: the converse of `locate`.
    function place(DisputeContext calldata c, uint256 group, Operator op, uint256 unit)
        internal
        pure
        returns (uint256 index, uint256 size)
    {
        (Operator first, Operator last) = operatorsOf(c, group);
        if (op < first || op > last) revert OperatorLayout_NotInGroup(op, group);
        for (uint256 o = uint256(first); o <= uint256(last); o++) {
            uint256 units = unitCount(c, Operator(o));
            if (Operator(o) == op) {
                if (unit >= units) revert OperatorLayout_NoSuchUnit(op, unit, units);
                index = size + unit;
            }
            size += units;
        }
    }

    /// @notice Number of entries of an operator.
    function unitCount(DisputeContext calldata c, Operator op) internal pure returns (uint256) {
        if (op == Operator.KeyRow || op == Operator.ValueRow) return c.config.kvHeadCount;
        if (op == Operator.AttentionHead) return c.config.headCount;
        Content kind = contentOf(op);
        if (kind == Content.Norm || kind == Content.Pick) return 1;
        return ceilDiv(elementCount(c, op), segmentLength(c, op));
    }

    function contentOf(Operator op) internal pure returns (Content) {
        if (
            op == Operator.Query || op == Operator.Key || op == Operator.Value || op == Operator.AttentionOutput
                || op == Operator.Gate || op == Operator.Up || op == Operator.Down || op == Operator.Logits
        ) return Content.Matrix;
        if (
            op == Operator.Input || op == Operator.Embedding || op == Operator.RotatedQuery
                || op == Operator.AttentionResidual || op == Operator.FeedForwardResidual
        ) return Content.Vector;
        if (
            op == Operator.QuantizedAttentionInput || op == Operator.QuantizedHeads
                || op == Operator.QuantizedFeedForwardInput || op == Operator.QuantizedGated
                || op == Operator.QuantizedOutputInput
        ) return Content.Quantized;
        if (op == Operator.AttentionNorm || op == Operator.FeedForwardNorm || op == Operator.OutputNorm) {
            return Content.Norm;
        }
        if (op == Operator.KeyRow || op == Operator.ValueRow) return Content.Row;
        if (op == Operator.AttentionHead) return Content.Head;
        if (op == Operator.Pick) return Content.Pick;
        revert OperatorLayout_NoSuchOperator(op);
    }

    /// @notice Elements of an operator's whole output: for rows and heads of one unit, for norms of their input, for the pick the logits.
    function elementCount(DisputeContext calldata c, Operator op) internal pure returns (uint256) {
        if (op == Operator.Query || op == Operator.RotatedQuery || op == Operator.QuantizedHeads) {
            return queryLength(c);
        }
        if (op == Operator.Key || op == Operator.Value) return kvLength(c);
        if (op == Operator.Gate || op == Operator.Up || op == Operator.QuantizedGated) {
            return c.config.feedForwardLength;
        }
        if (op == Operator.Logits || op == Operator.Pick) return c.config.vocabularySize;
        if (op == Operator.KeyRow || op == Operator.ValueRow || op == Operator.AttentionHead) {
            return c.config.headDimension;
        }
        if (op == Operator.None) revert OperatorLayout_NoSuchOperator(op);
        return c.config.embeddingLength;
    }

    /// @notice Elements of the vector that a matrix is multiplied with, without padding.
    function columnCount(DisputeContext calldata c, Operator op) internal pure returns (uint256) {
        if (op == Operator.AttentionOutput) return queryLength(c);
        if (op == Operator.Down) return c.config.feedForwardLength;
        return c.config.embeddingLength;
    }

    /// @notice Planes of accumulators of a matrix's segments, one per weight page of a row; 1 for vectors.
    function planeCount(DisputeContext calldata c, Operator op) internal pure returns (uint256) {
        if (contentOf(op) != Content.Matrix) return 1;
        return ceilDiv(ceilDiv(columnCount(c, op), BLOCK) * BLOCK, PLANE_COLUMNS);
    }

    /// @notice Elements of a full segment: 4,096, or for a matrix of P planes 4,096 / P rounded down to whole pages.
    function segmentLength(DisputeContext calldata c, Operator op) internal pure returns (uint256 length) {
        length = SEGMENT / planeCount(c, op) / PAGE_ELEMENTS * PAGE_ELEMENTS;
        if (length == 0) revert OperatorLayout_TooManyColumns(columnCount(c, op));
    }

    /// @notice Elements of one segment: the full length, or what is left in the last one.
    function segmentElements(DisputeContext calldata c, Operator op, uint256 unit) internal pure returns (uint256) {
        (uint256 all, uint256 length) = (elementCount(c, op), segmentLength(c, op));
        if (unit * length >= all) revert OperatorLayout_NoSuchUnit(op, unit, ceilDiv(all, length));
        uint256 left = all - unit * length;
        return left < length ? left : length;
    }

    /// @notice Bytes of the content of a segment, norm, row or pick, without salts. A head's is its chunk tree's.
    function contentLength(DisputeContext calldata c, Operator op, uint256 unit) internal pure returns (uint256) {
        Content kind = contentOf(op);
        if (kind == Content.Norm) return 4 + 64 * ceilDiv(elementCount(c, op), NORM_CHUNK);
        if (kind == Content.Row) return 2 * uint256(c.config.headDimension);
        if (kind == Content.Head) return 32 * 3 * chunkCount(c);
        if (kind == Content.Pick) return 8 * unitCount(c, Operator.Logits);
        uint256 n = segmentElements(c, op, unit);
        if (kind == Content.Quantized) return 36 * ceilDiv(n, BLOCK);
        return 4 * ((planeCount(c, op) - 1) * ceilDiv(n, PAGE_ELEMENTS) * PAGE_ELEMENTS + n);
    }

    /// @notice Where an accumulator stands in its segment's content, in elements.
    /// @param plane Number of the weight page after which it is meant.
    function elementAt(DisputeContext calldata c, Operator op, uint256 unit, uint256 element, uint256 plane)
        internal
        pure
        returns (uint256)
    {
        uint256 n = segmentElements(c, op, unit);
        return plane * ceilDiv(n, PAGE_ELEMENTS) * PAGE_ELEMENTS + element - unit * segmentLength(c, op);
    }

    /// @notice Group and operator of the vector that enters a layer's group or the head group.
    function hiddenOf(DisputeContext calldata c, uint256 group)
        internal
        pure
        returns (uint256 hiddenGroup, Operator op)
    {
        if (group == 0) {
            revert OperatorLayout_NotInGroup(Operator.FeedForwardResidual, group);
        }
        if (group == 1) return (0, c.firstLayer == 0 ? Operator.Embedding : Operator.Input);
        return (group - 1, Operator.FeedForwardResidual);
    }

    /// @notice The model's layer that a layer group computes.
    function layerOf(DisputeContext calldata c, uint256 group) internal pure returns (uint256) {
        if (group == 0 || group > c.layerCount) revert OperatorLayout_NoSuchGroup(group, groupCount(c));
        return uint256(c.firstLayer) + group - 1;
    }

    /// @notice n, the chunks of a head at this position; its tree has leaves A_0..A_{n-1}, B_0.., C_0...
    function chunkCount(DisputeContext calldata c) internal pure returns (uint256) {
        return uint256(c.position) / HEAD_CHUNK + 1;
    }

    /// @notice Rows under kvRoot(p).
    function kvRowCount(DisputeContext calldata c) internal pure returns (uint256) {
        return 2 * uint256(c.layerCount) * c.config.kvHeadCount;
    }

    /// @notice The place of a row under kvRoot(p): layers ascending, keys before values, heads ascending.
    /// @param op KeyRow or ValueRow.
    function kvRowIndex(DisputeContext calldata c, uint256 group, Operator op, uint256 head)
        internal
        pure
        returns (uint256)
    {
        return (2 * (group - 1) + (op == Operator.ValueRow ? 1 : 0)) * c.config.kvHeadCount + head;
    }

    function queryLength(DisputeContext calldata c) internal pure returns (uint256) {
        return uint256(c.config.headCount) * c.config.headDimension;
    }

    function kvLength(DisputeContext calldata c) internal pure returns (uint256) {
        return uint256(c.config.kvHeadCount) * c.config.headDimension;
    }

    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a + b - 1) / b;
    }
}

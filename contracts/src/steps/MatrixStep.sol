// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {Int8Dot} from "../libraries/Int8Dot.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {WeightLayout} from "../libraries/WeightLayout.sol";
import {Witness} from "../libraries/Witness.sol";
import {MatrixWitness, Operator, StepClaim} from "../types/DisputeTypes.sol";
import {Step} from "./Step.sol";

/// @title Judges one accumulator of a matrix product: Query, Key, Value, AttentionOutput, Gate, Up, Down, Logits
/// @notice acc = fma(f32(dot of 32 int8), f32(weight scale) * activation scale, acc) over the blocks of one weight page (rulings 3, 4).
contract MatrixStep is Step {
    /// @dev Blocks of a full quantised segment, and segments of a weight page.
    uint256 private constant BLOCKS = OperatorLayout.SEGMENT / OperatorLayout.BLOCK;
    uint256 private constant SEGMENTS = OperatorLayout.PLANE_COLUMNS / OperatorLayout.SEGMENT;

    error MatrixStep_WrongInputs(uint256 actual, uint256 expected);

    /// @inheritdoc Step
    function _judge(
        StepClaim calldata s,
        Operator op,
        uint256 unit,
        uint256 element,
        uint256 part,
        bytes calldata witness
    ) internal view override returns (bool) {
        (Operator input, uint256 role) = _sources(op);
        MatrixWitness calldata w = Witness.matrix(witness);
        _requireInSegment(s, op, unit, element);
        uint256 committed = Openings.claimedValue(s, op, unit, element, part, w.output);
        uint256 accumulator = 0;
        if (part == 0) Openings.requireUnused(w.previous);
        else accumulator = Openings.claimedValue(s, op, unit, element, part - 1, w.previous);
        bytes calldata weights = Openings.weight(s, role, _layer(s), element, part, w.weight);
        accumulator = _accumulate(s, input, part, weights, w, accumulator);
        return accumulator != committed || !Binary32.isFinite(accumulator);
    }

    /// @dev The accumulator after the blocks of a weight page, whose activations lie in one or two quantised segments.
    function _accumulate(
        StepClaim calldata s,
        Operator input,
        uint256 part,
        bytes calldata weights,
        MatrixWitness calldata w,
        uint256 accumulator
    ) private pure returns (uint256) {
        uint256 blocks = weights.length / WeightLayout.BLOCK_BYTES;
        uint256 segments = OperatorLayout.ceilDiv(blocks, BLOCKS);
        if (w.inputs.length != segments) revert MatrixStep_WrongInputs(w.inputs.length, segments);
        for (uint256 i = 0; i < segments; i++) {
            uint256 count = blocks - i * BLOCKS;
            if (count > BLOCKS) count = BLOCKS;
            bytes calldata activations =
                Openings.flat(s, s.group, input, SEGMENTS * part + i, Openings.QUANTIZED, w.inputs[i]);
            accumulator = _blocks(weights[i * BLOCKS * WeightLayout.BLOCK_BYTES:], activations, count, accumulator);
        }
        return accumulator;
    }

    /// @dev `count` blocks of weights against as many of activations: all scales, then all int8.
    function _blocks(bytes calldata weights, bytes calldata activations, uint256 count, uint256 accumulator)
        private
        pure
        returns (uint256)
    {
        uint256 from;
        uint256 scales;
        uint256 values;
        assembly ("memory-safe") {
            from := weights.offset
            scales := activations.offset
            values := add(scales, shl(2, count))
        }
        for (uint256 end = scales + 4 * count; scales < end;) {
            uint256 scale;
            uint256 half;
            int256 dot;
            // Both lengths were checked: count blocks of 34 bytes, and 36 bytes per block.
            assembly ("memory-safe") {
                half := shr(240, calldataload(from))
                half := or(shl(8, and(half, 0xff)), shr(8, half))
                scale := shr(224, calldataload(scales))
            }
            (uint256 q, uint256 p) = (values, from + 2);
            assembly ("memory-safe") {
                p := calldataload(p)
                q := calldataload(q)
                from := add(from, 34)
                scales := add(scales, 4)
                values := add(values, 32)
            }
            dot = Int8Dot.dot(p, q);
            scale = Binary32.mul(Binary32.fromHalf(half), LittleEndian.swap(scale));
            accumulator = Binary32.fma(Binary32.fromInt(dot), scale, accumulator);
        }
        return accumulator;
    }

    /// @dev The quantised vector and the weights that a product is made of.
    function _sources(Operator op) private pure returns (Operator input, uint256 role) {
        if (op == Operator.Query) return (Operator.QuantizedAttentionInput, WeightLayout.QUERY);
        if (op == Operator.Key) return (Operator.QuantizedAttentionInput, WeightLayout.KEY);
        if (op == Operator.Value) return (Operator.QuantizedAttentionInput, WeightLayout.VALUE);
        if (op == Operator.AttentionOutput) return (Operator.QuantizedHeads, WeightLayout.ATTENTION_OUTPUT);
        if (op == Operator.Gate) return (Operator.QuantizedFeedForwardInput, WeightLayout.GATE);
        if (op == Operator.Up) return (Operator.QuantizedFeedForwardInput, WeightLayout.UP);
        if (op == Operator.Down) return (Operator.QuantizedGated, WeightLayout.DOWN);
        if (op == Operator.Logits) return (Operator.QuantizedOutputInput, WeightLayout.OUTPUT);
        revert Step_NotMine(op);
    }
}

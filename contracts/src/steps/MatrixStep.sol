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
    /// @dev Blocks of a full quantised segment, bytes of a block there, and segments of a weight page.
    uint256 private constant BLOCKS = OperatorLayout.SEGMENT / OperatorLayout.BLOCK;
    uint256 private constant ACTIVATION_BYTES = 36;
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
        MatrixWitness calldata w = Witness.matrix(witness);
        _requireInSegment(s, op, unit, element);
        uint256 committed = Openings.claimedValue(s, op, unit, element, part, w.output);
        uint256 accumulator = 0;
        if (part == 0) Openings.requireUnused(w.previous);
        else accumulator = Openings.claimedValue(s, op, unit, element, part - 1, w.previous);
        accumulator = _accumulate(s, op, element, part, w, accumulator);
        return accumulator != committed || !Binary32.isFinite(accumulator);
    }

    /// @dev The accumulator after the blocks of a weight page, whose activations lie in one or two quantised segments.
    function _accumulate(
        StepClaim calldata s,
        Operator op,
        uint256 row,
        uint256 part,
        MatrixWitness calldata w,
        uint256 accumulator
    ) private view returns (uint256) {
        bytes calldata weights = Openings.weight(s, _role(op), _layer(s), row, part, w.weight);
        op = _input(op);
        uint256 segments = OperatorLayout.ceilDiv(weights.length, BLOCKS * WeightLayout.BLOCK_BYTES);
        if (w.inputs.length != segments) revert MatrixStep_WrongInputs(w.inputs.length, segments);
        for (uint256 i = 0; i < segments; i++) {
            bytes calldata activations =
                Openings.flat(s, s.group, op, SEGMENTS * part + i, Openings.QUANTIZED, w.inputs[i]);
            accumulator = _blocks(weights[i * BLOCKS * WeightLayout.BLOCK_BYTES:], activations, accumulator);
        }
        return accumulator;
    }

    /// @dev The blocks of a quantised segment, all scales and then all int8, against as many blocks of weights.
    function _blocks(bytes calldata weights, bytes calldata activations, uint256 accumulator)
        private
        pure
        returns (uint256)
    {
        uint256 count = activations.length / ACTIVATION_BYTES;
        uint256 from;
        uint256 scales;
        uint256 values;
        assembly ("memory-safe") {
            from := weights.offset
            scales := activations.offset
            values := add(scales, shl(2, count))
        }
        for (; count > 0; count--) {
            uint256 scale;
            uint256 half;
            uint256 w;
            uint256 q;
            // Reads 34 bytes of weights and 36 of activations; both lengths follow from the shapes and were checked.
            assembly ("memory-safe") {
                half := shr(240, calldataload(from))
                half := or(shl(8, and(half, 0xff)), shr(8, half))
                w := calldataload(add(from, 2))
                scale := shr(224, calldataload(scales))
                q := calldataload(values)
                from := add(from, 34)
                scales := add(scales, 4)
                values := add(values, 32)
            }
            scale = Binary32.mul(Binary32.fromHalf(half), LittleEndian.swap(scale));
            accumulator = Binary32.fma(Binary32.fromInt(Int8Dot.dot(w, q)), scale, accumulator);
        }
        return accumulator;
    }

    /// @dev The quantised vector that a matrix is multiplied with.
    function _input(Operator op) private pure returns (Operator) {
        if (op == Operator.AttentionOutput) return Operator.QuantizedHeads;
        if (op == Operator.Gate || op == Operator.Up) return Operator.QuantizedFeedForwardInput;
        if (op == Operator.Down) return Operator.QuantizedGated;
        if (op == Operator.Logits) return Operator.QuantizedOutputInput;
        return Operator.QuantizedAttentionInput;
    }

    /// @dev The role of its weights; refuses the operators of others.
    function _role(Operator op) private pure returns (uint256) {
        if (op == Operator.Query) return WeightLayout.QUERY;
        if (op == Operator.Key) return WeightLayout.KEY;
        if (op == Operator.Value) return WeightLayout.VALUE;
        if (op == Operator.AttentionOutput) return WeightLayout.ATTENTION_OUTPUT;
        if (op == Operator.Gate) return WeightLayout.GATE;
        if (op == Operator.Up) return WeightLayout.UP;
        if (op == Operator.Down) return WeightLayout.DOWN;
        if (op == Operator.Logits) return WeightLayout.OUTPUT;
        revert Step_NotMine(op);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {Witness} from "../libraries/Witness.sol";
import {Operator, QuantizedGatedWitness, QuantizedHeadsWitness, StepClaim} from "../types/DisputeTypes.sol";
import {BlockStep} from "./BlockStep.sol";
import {Step} from "./Step.sol";

/// @title Judges one block of the quantised SiLU product or of the quantised attention outputs
contract GateStep is BlockStep {
    uint256 private constant BLOCK = OperatorLayout.BLOCK;

    error GateStep_WrongHeads(uint256 actual, uint256 expected);

    /// @inheritdoc Step
    function _judge(StepClaim calldata s, Operator op, uint256 unit, uint256 element, uint256, bytes calldata witness)
        internal
        view
        override
        returns (bool)
    {
        if (op != Operator.QuantizedGated && op != Operator.QuantizedHeads) revert Step_NotMine(op);
        (uint256[32] memory x, bytes calldata output) = _recompute(s, op, element, witness);
        (uint256 number, uint256 blocks) = _blockOf(s, op, unit, element);
        return _blockDiffers(x, Openings.claimedFlat(s, op, unit, Openings.QUANTIZED, output), number, blocks);
    }

    /// @dev The 32 numbers that are quantised, padded with zeros, and the claimed content.
    function _recompute(StepClaim calldata s, Operator op, uint256 element, bytes calldata witness)
        private
        view
        returns (uint256[32] memory x, bytes calldata output)
    {
        uint256 first = element * BLOCK;
        _requireIn(first, 0, OperatorLayout.elementCount(s.context, op));
        uint256 count = _elementsOf(s, op, element);
        if (op == Operator.QuantizedGated) {
            QuantizedGatedWitness calldata w = Witness.quantizedGated(witness);
            (output, x) = (w.output, _gated(s, first, count, w));
        } else {
            QuantizedHeadsWitness calldata w = Witness.quantizedHeads(witness);
            (output, x) = (w.output, _heads(s, first, count, w));
        }
    }

    /// @dev silu(gate) * up (ruling 10), padded with zeros.
    function _gated(StepClaim calldata s, uint256 first, uint256 count, QuantizedGatedWitness calldata w)
        private
        view
        returns (uint256[32] memory x)
    {
        // Gate and Up have the same shape, hence the same segments, planes and pages.
        uint256 plane = OperatorLayout.planeCount(s.context, Operator.Gate) - 1;
        (bytes calldata gate, uint256 offset) = Openings.page(s, s.group, Operator.Gate, first, plane, w.gate);
        (bytes calldata up,) = Openings.page(s, s.group, Operator.Up, first, plane, w.up);
        for (uint256 i = 0; i < count; i++) {
            x[i] = Binary32.mul(_silu(LittleEndian.u32(gate, offset + i)), LittleEndian.u32(up, offset + i));
        }
    }

    /// @dev e = expNeg(-|x|); x >= 0 ? x / (1 + e) : (x * e) / (1 + e). -0 takes the first branch; what is not finite stays so.
    function _silu(uint256 x) private pure returns (uint256) {
        if (!Binary32.isFinite(x)) return Binary32.NAN;
        uint256 e = Binary32.expNeg(x | Binary32.SIGN);
        uint256 divisor = Binary32.add(Binary32.ONE, e);
        return Binary32.div(x > Binary32.SIGN ? Binary32.mul(x, e) : x, divisor);
    }

    /// @dev The elements of the heads' output rows, padded with zeros.
    function _heads(StepClaim calldata s, uint256 first, uint256 count, QuantizedHeadsWitness calldata w)
        private
        pure
        returns (uint256[32] memory x)
    {
        uint256 dimension = s.context.config.headDimension;
        uint256 firstHead = first / dimension;
        uint256 heads = (first + count - 1) / dimension - firstHead + 1;
        if (w.heads.length != heads) revert GateStep_WrongHeads(w.heads.length, heads);
        uint256 offset = 0;
        for (uint256 h = 0; h < heads; h++) {
            bytes calldata row = Openings.headRow(s, s.group, firstHead + h, w.heads[h]);
            for (uint256 i = (first + offset) % dimension; i < dimension && offset < count; i++) {
                x[offset++] = LittleEndian.u32(row, i);
            }
        }
    }
}

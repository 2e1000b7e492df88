// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {WeightLayout} from "../libraries/WeightLayout.sol";
import {Witness} from "../libraries/Witness.sol";
import {
    EmbeddingWitness,
    KeyRowWitness,
    Operator,
    PageOpening,
    ResidualWitness,
    RotationWitness,
    StepClaim,
    ValueRowWitness,
    WeightOpening
} from "../types/DisputeTypes.sol";
import {Step} from "./Step.sol";

/// @title Judges one element of a vector or of a cache row: Embedding, RotatedQuery, KeyRow, ValueRow, and the two residuals
contract VectorStep is Step {
    uint256 private constant NEOX = 1;

    error VectorStep_UnknownPairing(uint256 pairing);

    /// @inheritdoc Step
    function _judge(StepClaim calldata s, Operator op, uint256 unit, uint256 element, uint256, bytes calldata witness)
        internal
        view
        override
        returns (bool)
    {
        if (op == Operator.KeyRow) return _keyRow(s, unit, element, Witness.keyRow(witness));
        if (op == Operator.ValueRow) return _valueRow(s, unit, element, Witness.valueRow(witness));
        if (op == Operator.Embedding) return _embedding(s, unit, element, Witness.embedding(witness));
        if (op == Operator.RotatedQuery) return _rotatedQuery(s, unit, element, Witness.rotation(witness));
        if (op == Operator.AttentionResidual || op == Operator.FeedForwardResidual) {
            return _residual(s, op, unit, element, Witness.residual(witness));
        }
        revert Step_NotMine(op);
    }

    /// @dev h_i = f32(scale) * f32(q_i) of the row of token(p) (ruling 21).
    function _embedding(StepClaim calldata s, uint256 unit, uint256 element, EmbeddingWitness calldata w)
        private
        view
        returns (bool)
    {
        _requireInSegment(s, Operator.Embedding, unit, element);
        uint256 committed = Openings.claimedValue(s, Operator.Embedding, unit, element, 0, w.output);
        uint256 row = Openings.token(s, s.context.position, w.token);
        uint256 number = element / WeightLayout.Q8_COLUMNS;
        bytes calldata weights = Openings.weight(s, WeightLayout.TOKEN_EMBEDDING, 0, row, number, w.weight);
        element %= WeightLayout.Q8_COLUMNS;
        uint256 offset = element / WeightLayout.BLOCK * WeightLayout.BLOCK_BYTES;
        uint256 scale = Binary32.fromHalf(LittleEndian.u16(weights[offset:], 0));
        int256 q = int8(uint8(weights[offset + 2 + element % WeightLayout.BLOCK]));
        return _differs(Binary32.mul(scale, Binary32.fromInt(q)), committed);
    }

    /// @dev h' = h + y (ruling 6).
    function _residual(StepClaim calldata s, Operator op, uint256 unit, uint256 element, ResidualWitness calldata w)
        private
        view
        returns (bool)
    {
        _requireInSegment(s, op, unit, element);
        uint256 committed = Openings.claimedValue(s, op, unit, element, 0, w.output);
        (uint256 group, Operator hidden) = (s.group, Operator.AttentionResidual);
        Operator branch = Operator.Down;
        if (op == Operator.AttentionResidual) {
            (group, hidden) = OperatorLayout.hiddenOf(s.context, group);
            branch = Operator.AttentionOutput;
        }
        uint256 h = Openings.value(s, group, hidden, element, w.hidden);
        return _differs(Binary32.add(h, Openings.value(s, s.group, branch, element, w.branch)), committed);
    }

    function _rotatedQuery(StepClaim calldata s, uint256 unit, uint256 element, RotationWitness calldata w)
        private
        view
        returns (bool)
    {
        _requireInSegment(s, Operator.RotatedQuery, unit, element);
        uint256 committed = Openings.claimedValue(s, Operator.RotatedQuery, unit, element, 0, w.output);
        return _differs(_rotated(s, Operator.Query, element, w.first, w.second, w.cosine, w.sine), committed);
    }

    /// @dev Rotated, then rounded to binary16 (ruling 16).
    function _keyRow(StepClaim calldata s, uint256 head, uint256 element, KeyRowWitness calldata w)
        private
        view
        returns (bool)
    {
        uint256 committed = _claimedHalf(s, Operator.KeyRow, head, element, w.output);
        uint256 whole = head * s.context.config.headDimension + element;
        return _halfDiffers(_rotated(s, Operator.Key, whole, w.first, w.second, w.cosine, w.sine), committed);
    }

    function _valueRow(StepClaim calldata s, uint256 head, uint256 element, ValueRowWitness calldata w)
        private
        view
        returns (bool)
    {
        uint256 committed = _claimedHalf(s, Operator.ValueRow, head, element, w.output);
        uint256 whole = head * s.context.config.headDimension + element;
        return _halfDiffers(Openings.value(s, s.group, Operator.Value, whole, w.input), committed);
    }

    /// @dev An element of `op` after the rotary embedding at p (ruling 17); beyond the rotated dimensions the element itself.
    function _rotated(
        StepClaim calldata s,
        Operator op,
        uint256 element,
        PageOpening calldata first,
        PageOpening calldata second,
        WeightOpening calldata cosine,
        WeightOpening calldata sine
    ) private view returns (uint256) {
        (uint256 pair, uint256 x0, uint256 x1) = _pairOf(s, element);
        if (x0 == x1) {
            Openings.requireUnused(second);
            Openings.requireUnused(cosine);
            Openings.requireUnused(sine);
            return Openings.value(s, s.group, op, element, first);
        }
        bool isSecond = element == x1;
        x0 = Openings.value(s, s.group, op, x0, first);
        x1 = Openings.value(s, s.group, op, x1, second);
        uint256 c = _entry(s, WeightLayout.ROPE_COSINES, pair, cosine);
        uint256 n = _entry(s, WeightLayout.ROPE_SINES, pair, sine);
        // y0 = fma(x0, c, -(x1 * s)); y1 = fma(x0, s, x1 * c).
        if (isSecond) return Binary32.fma(x0, n, Binary32.mul(x1, c));
        return Binary32.fma(x0, c, Binary32.negate(Binary32.mul(x1, n)));
    }

    /// @dev The pair that an element is rotated in: its number in the head, and its two elements; equal where the element is not rotated.
    function _pairOf(StepClaim calldata s, uint256 element)
        private
        pure
        returns (uint256 pair, uint256 first, uint256 second)
    {
        uint256 rotated = s.context.config.ropeDimensions;
        uint256 inHead = element % s.context.config.headDimension;
        uint256 head = element - inHead;
        if (inHead >= rotated) return (0, element, element);
        uint256 pairing = s.context.config.ropePairing;
        if (pairing > NEOX) revert VectorStep_UnknownPairing(pairing);
        if (pairing == NEOX) {
            pair = inHead % (rotated / 2);
            return (pair, head + pair, head + pair + rotated / 2);
        }
        pair = inHead / 2;
        return (pair, head + 2 * pair, head + 2 * pair + 1);
    }

    /// @dev An entry of row p of a rotary table.
    function _entry(StepClaim calldata s, uint256 role, uint256 pair, WeightOpening calldata o)
        private
        view
        returns (uint256)
    {
        uint256 number = pair / WeightLayout.F32_COLUMNS;
        bytes calldata page = Openings.weight(s, role, 0, s.context.position, number, o);
        return LittleEndian.u32(page, pair % WeightLayout.F32_COLUMNS);
    }

    function _claimedHalf(StepClaim calldata s, Operator op, uint256 head, uint256 element, bytes calldata output)
        private
        view
        returns (uint256)
    {
        _requireIn(element, 0, s.context.config.headDimension);
        return LittleEndian.u16(Openings.claimedRow(s, op, head, output), element);
    }

    function _differs(uint256 recomputed, uint256 committed) private pure returns (bool) {
        return recomputed != committed || !Binary32.isFinite(recomputed);
    }

    function _halfDiffers(uint256 recomputed, uint256 committed) private pure returns (bool) {
        (uint256 half, bool fits) = Binary32.toHalf(recomputed);
        return !fits || half != committed;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {WeightLayout} from "../libraries/WeightLayout.sol";
import {Witness} from "../libraries/Witness.sol";
import {NormWitness, Operator, QuantizedNormWitness, StepClaim} from "../types/DisputeTypes.sol";
import {BlockStep} from "./BlockStep.sol";
import {Step} from "./Step.sol";

/// @title Judges the three norms and the quantised vectors that follow them
/// @notice s = sum of x * x in lanes, r = 1 / sqrt(s / n + eps), y = (x * r) * w (rulings 7 to 9), then blocks of int8 (rulings 1 to 3).
contract NormStep is BlockStep {
    /// @dev A chunk of 1,024 elements is a run of four pages.
    uint256 private constant LEVEL = 2;
    uint256 private constant CHUNK = OperatorLayout.NORM_CHUNK;
    uint256 private constant LANES = OperatorLayout.LANES;

    /// @inheritdoc Step
    function _judge(StepClaim calldata s, Operator op, uint256 unit, uint256 element, uint256, bytes calldata witness)
        internal
        view
        override
        returns (bool)
    {
        if (OperatorLayout.contentOf(op) == OperatorLayout.Content.Norm) {
            return _norm(s, op, element, Witness.norm(witness));
        }
        return _quantized(s, op, unit, element, Witness.quantizedNorm(witness));
    }

    function _norm(StepClaim calldata s, Operator op, uint256 element, NormWitness calldata w)
        private
        view
        returns (bool)
    {
        uint256 chunks = OperatorLayout.ceilDiv(s.context.config.embeddingLength, CHUNK);
        _requireIn(element, 0, chunks + 1);
        bytes calldata content = Openings.claimedFlat(s, op, 0, Openings.NORM, w.output);
        if (element == chunks) {
            Openings.requireUnused(w.input);
            return _rootDiffers(s, content, chunks);
        }
        uint256[] memory lanes =
            element == 0 ? new uint256[](LANES) : LittleEndian.words(content, 1 + LANES * (element - 1), LANES);
        _square(s, op, element, w, lanes);
        for (uint256 i = 0; i < LANES; i++) {
            if (lanes[i] != LittleEndian.u32(content, 1 + LANES * element + i) || !Binary32.isFinite(lanes[i])) {
                return true;
            }
        }
        return false;
    }

    /// @dev Adds the squares of a chunk's elements to the lanes.
    function _square(StepClaim calldata s, Operator op, uint256 chunk, NormWitness calldata w, uint256[] memory lanes)
        private
        view
    {
        (uint256 group, Operator hidden) = _input(s, op);
        uint256 perSegment = OperatorLayout.SEGMENT / CHUNK;
        (uint256 pages, uint256 stride) =
            Openings.run(s, group, hidden, chunk / perSegment, (chunk % perSegment) << LEVEL, LEVEL, w.input);
        uint256 salt = Openings.saltLength(s);
        for (uint256 i = 0; i < pages; i++) {
            bytes calldata page = w.input.pages[i * stride + salt:];
            uint256 count = i + 1 == pages ? page.length / 4 : OperatorLayout.PAGE_ELEMENTS;
            for (uint256 j = 0; j < count; j++) {
                uint256 x = LittleEndian.u32(page, j);
                lanes[j % LANES] = Binary32.fma(x, x, lanes[j % LANES]);
            }
        }
    }

    /// @dev Whether r does not follow from the last lanes; every value on the way must be finite (ruling 9).
    function _rootDiffers(StepClaim calldata s, bytes calldata content, uint256 chunks) private pure returns (bool) {
        uint256 sum = Lanes.fold(LittleEndian.words(content, 1 + LANES * (chunks - 1), LANES));
        uint256 mean = Binary32.div(sum, Binary32.fromInt(int256(uint256(s.context.config.embeddingLength))));
        uint256 v = Binary32.add(mean, s.context.config.rmsEpsilonBits);
        uint256 r = Binary32.div(Binary32.ONE, Binary32.sqrt(v));
        bool finite = Binary32.isFinite(sum) && Binary32.isFinite(mean) && Binary32.isFinite(v) && Binary32.isFinite(r);
        return !finite || r != LittleEndian.u32(content, 0);
    }

    function _quantized(
        StepClaim calldata s,
        Operator op,
        uint256 unit,
        uint256 element,
        QuantizedNormWitness calldata w
    ) private view returns (bool) {
        (uint256 number, uint256 blocks) = _blockOf(s, op, unit, element);
        bytes calldata stats = Openings.flat(s, s.group, _normOf(op), 0, Openings.NORM, w.norm);
        uint256[32] memory y = _normalized(s, op, element, LittleEndian.u32(stats, 0), w);
        return _blockDiffers(y, Openings.claimedFlat(s, op, unit, Openings.QUANTIZED, w.output), number, blocks);
    }

    /// @dev y = (x * r) * w of a block, padded with zeros.
    function _normalized(StepClaim calldata s, Operator op, uint256 number, uint256 r, QuantizedNormWitness calldata w)
        private
        view
        returns (uint256[32] memory y)
    {
        uint256 first = number * OperatorLayout.BLOCK;
        bytes calldata weights = Openings.weight(s, _role(op), _layer(s), 0, first / WeightLayout.F32_COLUMNS, w.weight);
        (bytes calldata x, uint256 offset) = _hiddenPage(s, op, first, w);
        uint256 count = _elementsOf(s, op, number);
        for (uint256 i = 0; i < count; i++) {
            y[i] = Binary32.mul(Binary32.mul(LittleEndian.u32(x, offset + i), r), LittleEndian.u32(weights, offset + i));
        }
    }

    /// @dev The page that holds a block of the norm's input, whose pages and those of the norm's weights have the same elements.
    function _hiddenPage(StepClaim calldata s, Operator op, uint256 first, QuantizedNormWitness calldata w)
        private
        view
        returns (bytes calldata, uint256)
    {
        (uint256 group, Operator hidden) = _input(s, _normOf(op));
        return Openings.page(s, group, hidden, first, 0, w.input);
    }

    /// @dev Group and operator of the vector that a norm reads.
    function _input(StepClaim calldata s, Operator norm) private pure returns (uint256, Operator) {
        if (norm == Operator.FeedForwardNorm) return (s.group, Operator.AttentionResidual);
        return OperatorLayout.hiddenOf(s.context, s.group);
    }

    /// @dev The norm before a quantised vector; refuses the operators of others.
    function _normOf(Operator op) private pure returns (Operator) {
        if (op == Operator.QuantizedAttentionInput) return Operator.AttentionNorm;
        if (op == Operator.QuantizedFeedForwardInput) return Operator.FeedForwardNorm;
        if (op == Operator.QuantizedOutputInput) return Operator.OutputNorm;
        revert Step_NotMine(op);
    }

    /// @dev The role of that norm's weights.
    function _role(Operator op) private pure returns (uint256) {
        if (op == Operator.QuantizedAttentionInput) return WeightLayout.ATTENTION_NORM;
        if (op == Operator.QuantizedFeedForwardInput) return WeightLayout.FEED_FORWARD_NORM;
        return WeightLayout.OUTPUT_NORM;
    }
}

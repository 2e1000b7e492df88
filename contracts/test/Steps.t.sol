// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operator} from "../src/types/DisputeTypes.sol";
import {ModelConfig} from "../src/types/Types.sol";

import {Le} from "./support/Le.sol";
import {Shapes} from "./support/Shapes.sol";
import {StepBuilder} from "./support/StepBuilder.sol";

/// @notice What each operator's judge says of honest and of wrong numbers, at the edges of every shape.
contract StepsTest is StepBuilder {
    /// @notice Builds one case and judges it. External, so that its memory goes with the call.
    function judge(ModelConfig memory config, uint32 position, bool isSealed, Case memory k, uint256 flip)
        external
        returns (bool)
    {
        _newWorld(config, position, isSealed);
        return _isWrong(_build(k, flip));
    }

    /// @dev An honest number is not wrong, one flipped bit is; one of them in a sealed job.
    function _check(ModelConfig memory config, uint32 position, Case memory k) private {
        uint256 draw = uint256(keccak256(abi.encode(config, position, k)));
        assertFalse(this.judge(config, position, draw % 2 == 0, k, 0), "honest");
        assertTrue(this.judge(config, position, draw % 2 == 1, k, 1 << ((draw >> 8) % _width(k))), "one bit flipped");
    }

    /// @dev First and last unit, and those at both sides of a border between segments or pages of `length`.
    function _checkEdges(ModelConfig memory config, uint32 position, Case memory k, uint256 count, uint256 length)
        private
    {
        uint256[4] memory elements = [0, count - 1, length - 1, length];
        for (uint256 i = 0; i < 4; i++) {
            k.element = elements[i];
            k.which = (k.which * 5 + 7) % 33;
            if (k.element < count && (i < 2 || k.element < count - 1)) _check(config, position, k);
        }
    }

    function _models() private pure returns (ModelConfig[5] memory) {
        return [Shapes.demo(), Shapes.small(), Shapes.large(), Shapes.odd(), Shapes.narrow()];
    }

    function _vector(Operator op) private {
        ModelConfig[5] memory models = _models();
        for (uint256 m = 0; m < 5; m++) {
            _newWorld(models[m], 5, false);
            _checkEdges(models[m], 5, Case(op, 0, 0, 0, 0), lay.elementCount(ctx, op), 4096);
        }
    }

    function _matrixOperator(Operator op) private {
        ModelConfig[5] memory models = _models();
        for (uint256 m = 0; m < 5; m++) {
            _newWorld(models[m], 5, false);
            (uint256 count, uint256 length) = (lay.elementCount(ctx, op), lay.segmentLength(ctx, op));
            uint256 planes = lay.planeCount(ctx, op);
            for (uint256 part = 0; part < planes; part++) {
                _checkEdges(models[m], 5, Case(op, 0, 0, part, 0), count, length);
            }
        }
    }

    function _quantizedOperator(Operator op) private {
        ModelConfig[5] memory models = _models();
        for (uint256 m = 0; m < 5; m++) {
            _newWorld(models[m], 5, false);
            uint256 blocks = (lay.elementCount(ctx, op) + 31) / 32;
            _checkEdges(models[m], 5, Case(op, 0, 0, 0, 25), blocks, 128);
        }
    }

    function _normOperator(Operator op) private {
        ModelConfig[5] memory models = _models();
        for (uint256 m = 0; m < 5; m++) {
            uint256 chunks = (uint256(models[m].embeddingLength) + 1023) / 1024;
            for (uint256 c = 0; c <= chunks; c = c == 1 && chunks > 4 ? chunks - 1 : c + 1) {
                _check(models[m], 5, Case(op, 0, c, 0, (7 * c + 3) % 16));
            }
        }
    }

    function _rowOperator(Operator op) private {
        ModelConfig[5] memory models = _models();
        for (uint256 m = 0; m < 5; m++) {
            for (uint256 head = 0; head < 2; head++) {
                Case memory k = Case(op, head == 0 ? 0 : models[m].kvHeadCount - 1, 0, 0, 0);
                _checkEdges(models[m], 5, k, models[m].headDimension, models[m].ropeDimensions);
            }
        }
    }

    function test_isWrong_embedding_onlyIfABitDiffers() public {
        _vector(Operator.Embedding);
    }

    function test_isWrong_attentionResidual_onlyIfABitDiffers() public {
        _vector(Operator.AttentionResidual);
    }

    function test_isWrong_feedForwardResidual_onlyIfABitDiffers() public {
        _vector(Operator.FeedForwardResidual);
    }

    function test_isWrong_rotatedQuery_onlyIfABitDiffers() public {
        _vector(Operator.RotatedQuery);
        // Every place in a head, so every pair, with either pairing and beyond the rotated dimensions.
        for (uint256 i = 0; i < 48; i++) {
            ModelConfig memory config = Shapes.odd();
            _check(config, 17, Case(Operator.RotatedQuery, 0, 5 * 48 + i, 0, 0));
            if (i % 4 == 0) continue;
            config.ropePairing = 0;
            _check(config, 17, Case(Operator.RotatedQuery, 0, 5 * 48 + i, 0, 0));
        }
    }

    function test_isWrong_query_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Query);
    }

    function test_isWrong_key_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Key);
    }

    function test_isWrong_value_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Value);
    }

    function test_isWrong_attentionOutput_onlyIfABitDiffers() public {
        _matrixOperator(Operator.AttentionOutput);
    }

    function test_isWrong_gate_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Gate);
    }

    function test_isWrong_up_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Up);
    }

    function test_isWrong_down_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Down);
    }

    function test_isWrong_logits_onlyIfABitDiffers() public {
        _matrixOperator(Operator.Logits);
    }

    function test_isWrong_attentionNorm_onlyIfABitDiffers() public {
        _normOperator(Operator.AttentionNorm);
    }

    function test_isWrong_feedForwardNorm_onlyIfABitDiffers() public {
        _normOperator(Operator.FeedForwardNorm);
    }

    function test_isWrong_outputNorm_onlyIfABitDiffers() public {
        _normOperator(Operator.OutputNorm);
    }

    function test_isWrong_quantizedAttentionInput_onlyIfABitDiffers() public {
        _quantizedOperator(Operator.QuantizedAttentionInput);
    }

    function test_isWrong_quantizedFeedForwardInput_onlyIfABitDiffers() public {
        _quantizedOperator(Operator.QuantizedFeedForwardInput);
    }

    function test_isWrong_quantizedOutputInput_onlyIfABitDiffers() public {
        _quantizedOperator(Operator.QuantizedOutputInput);
    }

    function test_isWrong_quantizedHeads_onlyIfABitDiffers() public {
        _quantizedOperator(Operator.QuantizedHeads);
    }

    function test_isWrong_quantizedGated_onlyIfABitDiffers() public {
        _quantizedOperator(Operator.QuantizedGated);
    }

    function test_isWrong_keyRow_onlyIfABitDiffers() public {
        _rowOperator(Operator.KeyRow);
    }

    function test_isWrong_valueRow_onlyIfABitDiffers() public {
        _rowOperator(Operator.ValueRow);
    }

    /// @dev More than 8,192 wide: two planes in every product of the embedding, and vectors of three segments.
    function test_isWrong_wideEmbedding_onlyIfABitDiffers() public {
        ModelConfig memory config = Shapes.make(8224, 2100, 2, 4, 2, 64, 2300, 64);
        for (uint256 part = 0; part < 2; part++) {
            _check(config, 5, Case(Operator.Gate, 0, 2099, part, 0));
            _check(config, 5, Case(Operator.Logits, 0, 2047, part, 0));
            _check(config, 5, Case(Operator.Key, 0, 0, part, 0));
            _check(config, 5, Case(Operator.KeyRow, 1, 63 * part, 0, 0));
            _check(config, 5, Case(Operator.ValueRow, 1, 63 * part, 0, 0));
            _check(config, 5, Case(Operator.RotatedQuery, 0, 255 * part, 0, 0));
            _check(config, 5, Case(Operator.QuantizedGated, 0, 65 * part, 0, 3 + part));
            _check(config, 5, Case(Operator.Pick, 0, 2048 * part, 0, 0));
            _check(config, 5, Case(Operator.Embedding, 0, 8192 * part + 31, 0, 0));
            _check(config, 5, Case(Operator.AttentionNorm, 0, 7 + part, 0, 15));
            _check(config, 5, Case(Operator.QuantizedOutputInput, 0, 256 * part, 0, 32));
        }
    }

    /// @dev The first layer of a shard reads what enters it, from group 0, and the model's own layers' weights.
    function test_isWrong_laterShard_readsItsInput() public {
        for (uint256 flip = 0; flip < 2; flip++) {
            _newWorld(Shapes.odd(), 9, false);
            (ctx.firstLayer, ctx.layerCount) = (1, 1);
            assertTrue(_isWrong(_residual(Operator.AttentionResidual, 1299, flip)) == (flip == 1), "residual");
            _newWorld(Shapes.odd(), 9, true);
            assertTrue(_isWrong(_norm(Operator.AttentionNorm, 1, 15, flip)) == (flip == 1), "norm");
            _newWorld(Shapes.odd(), 9, true);
            assertTrue(_isWrong(_matrix(Operator.Down, 1299, 0, flip)) == (flip == 1), "matrix");
            _newWorld(Shapes.odd(), 9, true);
            assertTrue(_isWrong(_scores(3, 0, 2, flip)) == (flip == 1), "scores");
        }
        (ctx.firstLayer, ctx.layerCount) = (0, 3);
    }

    /// @dev Any unit of any operator at any position.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_isWrong_anyUnit_onlyIfABitDiffers(uint256 seed) public {
        ModelConfig memory config = [Shapes.demo(), Shapes.odd(), Shapes.narrow()][seed % 3];
        uint32 position = uint32((seed >> 8) % config.contextLength);
        _newWorld(config, position, false);
        Case memory k;
        k.op = Operator(uint256(Operator.Embedding) + (seed >> 32) % 24);
        k.part = (seed >> 40) % lay.planeCount(ctx, k.op);
        k.which = (seed >> 48) % 33;
        k.element = (seed >> 64) % lay.elementCount(ctx, k.op);
        _fit(k, config, position, seed >> 128);
        _check(config, position, k);
    }

    /// @dev Maps an element of an operator's output to a unit of its kind.
    function _fit(Case memory k, ModelConfig memory config, uint32 position, uint256 draw) private view {
        uint256 kind = uint256(lay.contentOf(k.op));
        // Quantised: a block.
        if (kind == 2) k.element /= 32;
        // Norm: a chunk, or r.
        if (kind == 3) (k.element, k.which) = (draw % (_normChunks() + 1), k.which % 16);
        if (kind == 4) k.unit = draw % config.kvHeadCount;
        if (kind == 5) {
            (k.unit, k.part) = (draw % config.headCount, (draw >> 16) % 3);
            k.element = (draw >> 32) % (uint256(position) / 32 + 1);
            uint256 left = uint256(position) + 1 - 32 * k.element;
            uint256 scores = (left < 32 ? left : 32) + 1;
            k.which %= k.part == 0 ? scores : k.part == 1 ? 16 : config.headDimension;
        }
    }

    // Heads

    function _heads(uint256 part) private {
        ModelConfig[5] memory models = _models();
        uint32[5] memory positions = [uint32(0), 31, 32, 75, 63];
        for (uint256 m = 0; m < 5; m++) {
            // Of the largest model only what its size adds.
            for (uint256 p = m == 2 ? 4 : 0; p < 5; p++) {
                uint256 last = positions[p] / 32;
                for (uint256 c = 0; c <= last; c += last == 0 ? 1 : last) {
                    uint256 head = c == 0 ? models[m].headCount - 1 : 0;
                    // Scores: also the running maximum after them.
                    uint256 numbers = part == 0 ? positions[p] % 32 + 2 : part == 1 ? 16 : models[m].headDimension;
                    _check(models[m], positions[p], Case(Operator.AttentionHead, head, c, part, (7 * p + 3) % numbers));
                    _check(models[m], positions[p], Case(Operator.AttentionHead, head, c, part, numbers - 1));
                }
            }
        }
    }

    function test_isWrong_scores_onlyIfABitDiffers() public {
        _heads(0);
    }

    function test_isWrong_sums_onlyIfABitDiffers() public {
        _heads(1);
    }

    function test_isWrong_outputs_onlyIfABitDiffers() public {
        _heads(2);
    }

    function test_isWrong_lastPositions_onlyIfABitDiffers() public {
        ModelConfig memory config = Shapes.narrow();
        config.contextLength = 8192;
        for (uint256 part = 0; part < 3; part++) {
            for (uint256 c = 0; c < 256; c += 51) {
                _check(config, 8191, Case(Operator.AttentionHead, 4, c, part, 1));
            }
        }
    }

    function test_isWrong_traceThatEndsInTheChunk_onlyIfABitDiffers() public {
        for (uint256 later = 1; later < 36; later += 17) {
            _newWorld(Shapes.demo(), 40, later == 1);
            ctx.positions = uint32(40 + later);
            assertFalse(_isWrong(_scores(1, 1, 3, 0)), "honest");
            _newWorld(Shapes.demo(), 40, later == 1);
            ctx.positions = uint32(40 + later);
            assertTrue(_isWrong(_outputs(1, 1, 3, 1)), "flipped");
        }
    }

    // Values that are not finite

    uint256 private constant INFINITY = 0x7f800000;
    uint256 private constant LARGEST = 0x7f7fffff;
    uint256 private constant NAN = 0x7fc00000;

    function test_isWrong_infiniteSum_isWrongEvenIfCommitted() public {
        _newWorld(Shapes.demo(), 5, false);
        _putNumber(_groupFor(Operator.AttentionResidual), Operator.AttentionOutput, 3, 0, LARGEST);
        (uint256 group, Operator hidden) = lay.hiddenOf(ctx, _groupFor(Operator.AttentionResidual));
        _putNumber(group, hidden, 3, 0, LARGEST);
        assertTrue(_isWrong(_residual(Operator.AttentionResidual, 3, 0)), "infinity committed");
    }

    function test_isWrong_largestSum_isRight() public {
        _newWorld(Shapes.demo(), 5, false);
        _putNumber(_groupFor(Operator.AttentionResidual), Operator.AttentionOutput, 3, 0, 0);
        (uint256 group, Operator hidden) = lay.hiddenOf(ctx, _groupFor(Operator.AttentionResidual));
        _putNumber(group, hidden, 3, 0, LARGEST);
        assertFalse(_isWrong(_residual(Operator.AttentionResidual, 3, 0)), "largest number");
    }

    function test_isWrong_infiniteAccumulator_isWrongEvenIfCommitted() public {
        _newWorld(Shapes.demo(), 5, false);
        bytes memory activations = new bytes(36 * 6);
        Le.put32(activations, 0, INFINITY);
        for (uint256 i = 24; i < 24 + 32; i++) {
            activations[i] = 0x7f;
        }
        _putFlat(_groupFor(Operator.Query), Operator.QuantizedAttentionInput, 0, "TT/quan1", activations);
        assertTrue(_isWrong(_matrix(Operator.Query, 1, 0, 0)), "infinite activation");
    }

    function test_isWrong_infiniteRotation_isWrongEvenIfCommitted() public {
        _newWorld(Shapes.demo(), 5, false);
        _putNumber(_groupFor(Operator.Query), Operator.Query, 8, 0, NAN);
        assertTrue(_isWrong(_rotatedQuery(9, 0)), "NaN rotated");
    }

    function test_isWrong_infiniteSquare_isWrongEvenIfCommitted() public {
        _newWorld(Shapes.demo(), 5, false);
        (uint256 group, Operator hidden) = _inputOf(Operator.AttentionNorm);
        // 2^64: finite, its square is not.
        _putNumber(group, hidden, 77, 0, 0x5f800000);
        assertTrue(_isWrong(_norm(Operator.AttentionNorm, 0, 0, 0)), "infinite square");
    }

    function test_isWrong_normThatOverflows_isWrongThoughItsRootIsFinite() public {
        _newWorld(Shapes.demo(), 5, false);
        bytes memory content = _floats(17);
        for (uint256 i = 1; i < 17; i++) {
            Le.put32(content, i, LARGEST);
        }
        // 1 / sqrt(infinity) is +0, which a careless host might commit.
        Le.put32(content, 0, 0);
        assertTrue(_isWrong(_normStep(Operator.AttentionNorm, 1, content)), "sum is infinite");
    }

    function test_isWrong_normOfZeros_isRight() public {
        _newWorld(Shapes.demo(), 5, false);
        bytes memory content = new bytes(68);
        // 1 / sqrt(0x3727c5ac).
        Le.put32(content, 0, 0x439e1d28);
        bool wrong = _isWrong(_normStep(Operator.AttentionNorm, 1, content));
        assertFalse(wrong, "r of an all-zero vector");
    }

    function test_isWrong_infiniteElementOfABlock_isWrongWhateverIsCommitted() public {
        _newWorld(Shapes.demo(), 5, false);
        (uint256 group, Operator hidden) = _inputOf(Operator.QuantizedFeedForwardInput);
        _putNumber(group, hidden, 40, 0, INFINITY);
        assertTrue(_isWrong(_quantizedNorm(Operator.QuantizedFeedForwardInput, 1, 0, 0)), "block");
        _newWorld(Shapes.demo(), 5, false);
        _putNumber(_groupFor(Operator.Gate), Operator.Gate, 40, 0, NAN);
        assertTrue(_isWrong(_gated(1, 0, 0)), "NaN gate");
        _newWorld(Shapes.demo(), 5, false);
        _putNumber(_groupFor(Operator.Gate), Operator.Up, 40, 0, INFINITY);
        assertTrue(_isWrong(_gated(1, 0, 0)), "infinite factor");
    }

    function test_isWrong_tinyBlock_isZeroWithScaleZero() public {
        for (uint256 i = 0; i < 2; i++) {
            _newWorld(Shapes.demo(), 5, false);
            bytes memory gate = _floats(512);
            for (uint256 j = 0; j < 32; j++) {
                // 2^-110 and the like: below 2^-100 after the product.
                Le.put32(gate, j, (Le.get32(gate, j) & 0x807fffff) | (17 << 23));
            }
            _putSegment(_groupFor(Operator.Gate), Operator.Gate, 0, gate);
            assertTrue(_isWrong(_gated(0, 32, i)) == (i == 1), "tiny block");
        }
    }

    function test_isWrong_halfThatDoesNotFit_isWrongWhateverIsCommitted() public {
        uint256 group = _groupForValue();
        // 65,520 rounds to no half; the number below rounds to 65,504.
        uint256[4] memory bits = [uint256(0x477ff000), 0x477fefff, 0xc77ff000, NAN];
        for (uint256 i = 0; i < 4; i++) {
            _newWorld(Shapes.demo(), 5, false);
            _putNumber(group, Operator.Value, 33, 0, bits[i]);
            assertTrue(_isWrong(_valueRow(1, 1, 0)) == (i != 1), "value");
        }
    }

    function _groupForValue() private returns (uint256) {
        _newWorld(Shapes.demo(), 5, false);
        return _groupFor(Operator.Value);
    }

    function test_isWrong_infiniteScore_isWrongWhateverIsCommitted() public {
        _newWorld(Shapes.demo(), 5, false);
        _putNumber(_groupFor(Operator.AttentionHead), Operator.RotatedQuery, 33, 0, INFINITY);
        assertTrue(_isWrong(_scores(1, 0, 0, 0)), "score");
    }

    function test_isWrong_scoreAboveTheMaximum_isWrong() public {
        _newWorld(Shapes.demo(), 5, false);
        // Below every positive random score.
        _greatest = 0x3b000000;
        assertTrue(_isWrong(_sums(1, 0, 0, 0)), "sums");
        _newWorld(Shapes.demo(), 5, false);
        assertTrue(_isWrong(_outputs(1, 0, 0, 0)), "outputs");
        _greatest = 0x40200000;
    }

    function test_isWrong_maximumThatIsNotFinite_isWrong() public {
        _greatest = INFINITY;
        _newWorld(Shapes.demo(), 5, false);
        assertTrue(_isWrong(_sums(1, 0, 0, 0)), "sums");
        _greatest = NAN;
        _newWorld(Shapes.demo(), 5, false);
        assertTrue(_isWrong(_outputs(1, 0, 0, 0)), "outputs");
        _greatest = 0x40200000;
    }

    function test_isWrong_farBelowTheMaximum_weighsNothing() public {
        // 10^20 above all: every exponential is +0.
        _greatest = 0x60ad78ec;
        for (uint256 flip = 0; flip < 2; flip++) {
            _newWorld(Shapes.demo(), 40, false);
            assertTrue(_isWrong(_sums(1, 1, 0, flip)) == (flip == 1), "sums");
            _newWorld(Shapes.demo(), 40, false);
            assertTrue(_isWrong(_outputs(1, 1, 0, flip)) == (flip == 1), "outputs");
        }
        _greatest = 0x40200000;
    }

    function test_isWrong_sumOfZero_isWrong() public {
        _noSum = true;
        _newWorld(Shapes.demo(), 5, false);
        assertTrue(_isWrong(_outputs(1, 0, 0, 0)), "division by zero");
        _noSum = false;
    }

    // The pick

    function test_isWrong_pick_onlyIfABitOfTheBestDiffers() public {
        for (uint256 greedy = 0; greedy < 2; greedy++) {
            ctx.sampling.greedy = greedy == 1;
            _pickEdges();
        }
    }

    function _pickEdges() private {
        ModelConfig[5] memory models = _models();
        for (uint256 m = 0; m < 5; m++) {
            _newWorld(models[m], 5, false);
            uint256 length = lay.segmentLength(ctx, Operator.Logits);
            _checkEdges(models[m], 5, Case(Operator.Pick, 0, 0, 0, 0), models[m].vocabularySize, length);
        }
    }

    /// @dev The best of a segment must be no less than any score in it; equal ones go to the lower id; -0 = +0.
    function test_isWrong_pickAgainstAnotherToken_followsTheOrder() public {
        (uint256 one, uint256 two, uint256 minus) = (0x3f800000, 0x40000000, 0xbf800000);
        assertFalse(_against(one, two, true), "better best, lower id");
        assertFalse(_against(one, two, false), "better best, higher id");
        assertTrue(_against(two, one, true), "worse best, lower id");
        assertTrue(_against(two, one, false), "worse best, higher id");
        assertFalse(_against(one, one, true), "equal best, lower id");
        assertTrue(_against(one, one, false), "equal best, higher id");
        assertTrue(_against(minus, 0xc0000000, true), "negative worse best");
        assertFalse(_against(minus, one, false), "positive best over negative");
        assertFalse(_against(0x80000000, 0, true), "zeros are equal, lower id");
        assertTrue(_against(0x80000000, 0, false), "-0 against +0 of a higher id");
        assertTrue(_against(0, 0x80000000, false), "+0 against -0 of a higher id");
        assertFalse(_against(0, 0x80000000, true), "+0 against -0 of a lower id");
        assertTrue(_against(INFINITY, one, true), "infinite logit");
        assertTrue(_against(NAN, one, true), "logit that is no number");
        assertTrue(_against(one, INFINITY, true), "infinite best");
        assertTrue(_against(one, NAN, true), "best that is no number");
    }

    /// @dev A greedy pick whose segment's best is (best, an id below or above 1,000), against token 1,000 with this logit.
    function _against(uint256 logit, uint256 best, bool lower) private returns (bool) {
        _newWorld(Shapes.demo(), 5, false);
        ctx.sampling.greedy = true;
        _putNumber(_groupFor(Operator.Pick), Operator.Logits, 1000, 0, logit);
        return _isWrong(_pick(1000, best, lower ? 999 : 1001));
    }

    function test_isWrong_pickOutsideItsSegment_isWrong() public {
        uint256[3] memory ids = [uint256(4096), 3, 5000];
        uint256[3] memory elements = [uint256(5), 4099, 4999];
        for (uint256 i = 0; i < 3; i++) {
            _newWorld(Shapes.odd(), 5, false);
            ctx.sampling.greedy = true;
            _number(_groupFor(Operator.Pick), Operator.Logits, elements[i]);
            assertTrue(_isWrong(_pick(elements[i], 0x7f000000, ids[i])), "id of another segment or of none");
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../../src/libraries/Binary32.sol";
import {GumbelNoise} from "../../src/libraries/GumbelNoise.sol";
import {WeightLayout} from "../../src/libraries/WeightLayout.sol";
import {
    ChunkOpening,
    EmbeddingWitness,
    FlatOpening,
    HeadRowOpening,
    KeyRowWitness,
    KvChunk,
    MatrixWitness,
    NormWitness,
    Operator,
    OutputsWitness,
    PageOpening,
    PickWitness,
    QuantizedGatedWitness,
    QuantizedHeadsWitness,
    QuantizedNormWitness,
    ResidualWitness,
    RotationWitness,
    ScoresWitness,
    SumsWitness,
    ValueRowWitness,
    WeightOpening
} from "../../src/types/DisputeTypes.sol";

import {Le} from "./Le.sol";
import {SparseTree} from "./SparseTree.sol";
import {StepWorld} from "./StepWorld.sol";

/// @notice Builds a claim and its witness for one unit of every operator from random inputs. The committed number is the honest one xor
/// `flip`: zero builds an honest step, anything else a wrong one.
/// @dev The arithmetic is written apart from src/steps, on src/libraries/Binary32.
abstract contract StepBuilder is StepWorld {
    uint256 private constant NOWHERE = type(uint256).max;

    /// @dev The group of a layer in the middle of the model, or of the head.
    function _groupFor(Operator op) internal view returns (uint256) {
        if (op == Operator.Embedding) return 0;
        return op >= Operator.OutputNorm ? uint256(ctx.layerCount) + 1 : (uint256(ctx.layerCount) + 1) / 2;
    }

    function _unitOf(Operator op, uint256 element) internal view returns (uint256) {
        return element / lay.segmentLength(ctx, op);
    }

    /// @dev A segment with a number at an element; the rest random.
    function _putNumber(uint256 group, Operator op, uint256 element, uint256 plane, uint256 bits) internal {
        uint256 unit = _unitOf(op, element);
        bytes memory content = _floats(lay.contentLength(ctx, op, unit) / 4);
        Le.put32(content, lay.elementAt(ctx, op, unit, element, plane), bits);
        _putSegment(group, op, unit, content);
    }

    /// @dev A number of a random segment, made when it is first asked for.
    function _number(uint256 group, Operator op, uint256 element) internal returns (uint256) {
        return _numbers(group, op, element, 1)[0];
    }

    /// @dev Neighbouring numbers, also across segments.
    function _numbers(uint256 group, Operator op, uint256 first, uint256 count)
        internal
        returns (uint256[] memory numbers)
    {
        numbers = new uint256[](count);
        uint256 length = lay.segmentLength(ctx, op);
        uint256 done = 0;
        while (done < count) {
            bytes memory content = _segmentOf(group, op, first + done);
            uint256 from = _lastPlane(op, first + done);
            do {
                numbers[done++] = Le.get32(content, from++);
            } while (done < count && (first + done) % length != 0);
        }
    }

    /// @dev Where an element's last accumulator stands in its segment.
    function _lastPlane(Operator op, uint256 element) private view returns (uint256) {
        return lay.elementAt(ctx, op, _unitOf(op, element), element, lay.planeCount(ctx, op) - 1);
    }

    /// @dev The segment that holds an element, made when it is first asked for.
    function _segmentOf(uint256 group, Operator op, uint256 element) private returns (bytes memory) {
        uint256 unit = _unitOf(op, element);
        if (!_has(group, op, unit)) {
            _putSegment(group, op, unit, _floats(lay.contentLength(ctx, op, unit) / 4));
        }
        return _content(group, op, unit);
    }

    function _openNumber(uint256 group, Operator op, uint256 element) internal view returns (PageOpening memory) {
        return _openPage(group, op, element, lay.planeCount(ctx, op) - 1);
    }

    function _embedding(uint256 element, uint256 flip) internal returns (Step memory step) {
        uint256 token = _random() % ctx.config.vocabularySize;
        uint256 page = element / 8192;
        {
            WeightLayout.Tensor memory t = lay.tensor(ctx.config, WeightLayout.TOKEN_EMBEDDING, 0);
            bytes memory weights = _blocks(lay.pageLength(t, page) / 34);
            _putWeight(WeightLayout.TOKEN_EMBEDDING, 0, token, page, weights);
            uint256 block_ = element % 8192 / 32;
            int256 q = int8(uint8(weights[34 * block_ + 2 + element % 32]));
            uint256 honest = Binary32.mul(Binary32.fromHalf(Le.get(weights, 34 * block_, 2)), Binary32.fromInt(q));
            _putNumber(0, Operator.Embedding, element, 0, honest ^ flip);
        }
        EmbeddingWitness memory w;
        w.output = _openClaimed(0, Operator.Embedding, element, 0);
        w.token = _openToken(token);
        w.weight = _openWeight(WeightLayout.TOKEN_EMBEDDING, 0, token, page);
        return _step(0, Operator.Embedding, _unitOf(Operator.Embedding, element), element, 0, abi.encode(w));
    }

    function _step(uint256 group, Operator op, uint256 unit, uint256 element, uint256 part, bytes memory witness)
        internal
        returns (Step memory)
    {
        return Step(_claim(group, op, unit), uint32(element), uint32(part), witness);
    }

    // Norms

    function _inputOf(Operator op) internal view returns (uint256 group, Operator hidden) {
        group = _groupFor(op);
        if (op == Operator.FeedForwardNorm || op == Operator.QuantizedFeedForwardInput) {
            return (group, Operator.AttentionResidual);
        }
        return lay.hiddenOf(ctx, group);
    }

    /// @dev Lanes after a chunk; `lane` is the one that is flipped.
    function _norm(Operator op, uint256 chunk, uint256 lane, uint256 flip) internal returns (Step memory step) {
        (uint256 group, Operator hidden) = _inputOf(op);
        bytes memory content = _floats(1 + 16 * _normChunks());
        uint256 end = (chunk + 1) * 1024;
        if (end > ctx.config.embeddingLength) end = ctx.config.embeddingLength;
        uint256[16] memory lanes;
        for (uint256 i = 0; i < 16 && chunk > 0; i++) {
            lanes[i] = Le.get32(content, 1 + 16 * (chunk - 1) + i);
        }
        uint256[] memory x = _numbers(group, hidden, chunk * 1024, end - chunk * 1024);
        for (uint256 i = 0; i < x.length; i++) {
            lanes[i % 16] = Binary32.fma(x[i], x[i], lanes[i % 16]);
        }
        for (uint256 i = 0; i < 16; i++) {
            Le.put32(content, 1 + 16 * chunk + i, lanes[i] ^ (i == lane ? flip : 0));
        }
        return _normStep(op, chunk, content);
    }

    function _normStep(Operator op, uint256 chunk, bytes memory content) internal returns (Step memory) {
        (uint256 group, Operator hidden) = _inputOf(op);
        _putFlat(_groupFor(op), op, 0, "TT/norm1", content);
        NormWitness memory w;
        w.output = _content(_groupFor(op), op, 0);
        if (chunk < _normChunks()) {
            w.input = _openRun(group, hidden, chunk / 4, chunk % 4 * 4, 2);
            w.input.segment = _openEntry(group, hidden, chunk / 4);
        }
        return _step(_groupFor(op), op, 0, chunk, 0, abi.encode(w));
    }

    /// @dev r from the last lanes, which are positive.
    function _normRoot(Operator op, uint256 flip) internal returns (Step memory) {
        bytes memory content = _floats(1 + 16 * _normChunks());
        uint256[16] memory lanes;
        for (uint256 i = 0; i < 16; i++) {
            lanes[i] = Le.get32(content, 1 + 16 * (_normChunks() - 1) + i) & Binary32.MAGNITUDE;
            Le.put32(content, 1 + 16 * (_normChunks() - 1) + i, lanes[i]);
        }
        uint256 mean = Binary32.div(_foldLanes(lanes), Binary32.fromInt(int256(uint256(ctx.config.embeddingLength))));
        uint256 r = Binary32.div(Binary32.ONE, Binary32.sqrt(Binary32.add(mean, ctx.config.rmsEpsilonBits)));
        Le.put32(content, 0, r ^ flip);
        return _normStep(op, _normChunks(), content);
    }

    function _normChunks() internal view returns (uint256) {
        return (uint256(ctx.config.embeddingLength) + 1023) / 1024;
    }

    function _foldLanes(uint256[16] memory lanes) internal pure returns (uint256) {
        for (uint256 i = 0; i < 8; i++) {
            lanes[i] = Binary32.add(lanes[i], lanes[i + 8]);
        }
        for (uint256 i = 0; i < 4; i++) {
            lanes[i] = Binary32.add(lanes[i], lanes[i + 4]);
        }
        lanes[0] = Binary32.add(lanes[0], lanes[2]);
        lanes[1] = Binary32.add(lanes[1], lanes[3]);
        return Binary32.add(lanes[0], lanes[1]);
    }

    // Quantised vectors

    /// @dev 32 numbers quantised into a content of random blocks. `flip` changes the scale if `which` is 32, else value `which`.
    function _putBlock(Operator op, uint256 element, uint256[32] memory x, uint256 which, uint256 flip) internal {
        uint256 unit = element / 128;
        uint256 number = element % 128;
        uint256 blocks = lay.contentLength(ctx, op, unit) / 36;
        bytes memory content = _quantized(blocks);
        (uint256 scale, uint256 inverse) = _scaleOf(x);
        Le.put32(content, number, scale ^ (which == 32 ? flip : 0));
        for (uint256 i = 0; i < 32; i++) {
            int256 q = Binary32.toInt(Binary32.mul(x[i], inverse));
            content[4 * blocks + 32 * number + i] = bytes1(uint8(int8(q))) ^ bytes1(uint8(which == i ? flip : 0));
        }
        _putFlat(_groupFor(op), op, unit, "TT/quan1", content);
    }

    function _scaleOf(uint256[32] memory x) private pure returns (uint256, uint256) {
        uint256 a = 0;
        for (uint256 i = 0; i < 32; i++) {
            if (x[i] & 0x7fffffff > a) a = x[i] & 0x7fffffff;
        }
        return a < 0x0d800000 ? (uint256(0), uint256(0)) : (Binary32.div(a, 0x42fe0000), Binary32.div(0x42fe0000, a));
    }

    function _blockCount(Operator op, uint256 element) internal view returns (uint256 count) {
        count = lay.elementCount(ctx, op) - 32 * element;
        if (count > 32) count = 32;
    }

    function _quantizedNorm(Operator op, uint256 element, uint256 which, uint256 flip)
        internal
        returns (Step memory step)
    {
        uint256[32] memory y = _normalized(op, element);
        _putBlock(op, element, y, which, flip);
        return _step(_groupFor(op), op, element / 128, element, 0, abi.encode(_normWitness(op, element)));
    }

    /// @dev Puts the norm, its input and its weights.
    function _normalized(Operator op, uint256 element) private returns (uint256[32] memory y) {
        (Operator norm, uint256 role) = _normBefore(op);
        uint256[] memory x;
        {
            (uint256 group, Operator hidden) = _inputOf(op);
            x = _numbers(group, hidden, 32 * element, _blockCount(op, element));
        }
        uint256 page = 32 * element / 256;
        uint256 length = lay.pageLength(lay.tensor(ctx.config, role, _layerFor(op)), page);
        bytes memory weights = _floats(length / 4);
        bytes memory stats = _floats(1 + 16 * _normChunks());
        for (uint256 i = 0; i < x.length; i++) {
            y[i] = Binary32.mul(x[i], Le.get32(stats, 0));
            y[i] = Binary32.mul(y[i], Le.get32(weights, 32 * element % 256 + i));
        }
        _putFlat(_groupFor(op), norm, 0, "TT/norm1", stats);
        _putWeight(role, _layerFor(op), 0, page, weights);
    }

    function _normWitness(Operator op, uint256 element) private view returns (QuantizedNormWitness memory w) {
        (Operator norm, uint256 role) = _normBefore(op);
        (uint256 group, Operator hidden) = _inputOf(op);
        w.output = _content(_groupFor(op), op, element / 128);
        w.norm = _openFlat(_groupFor(op), norm, 0);
        w.input = _openNumber(group, hidden, 32 * element);
        w.weight = _openWeight(role, _layerFor(op), 0, 32 * element / 256);
    }

    function _normBefore(Operator op) private pure returns (Operator, uint256) {
        if (op == Operator.QuantizedAttentionInput) return (Operator.AttentionNorm, WeightLayout.ATTENTION_NORM);
        if (op == Operator.QuantizedOutputInput) return (Operator.OutputNorm, WeightLayout.OUTPUT_NORM);
        return (Operator.FeedForwardNorm, WeightLayout.FEED_FORWARD_NORM);
    }

    function _layerFor(Operator op) internal view returns (uint256) {
        return op >= Operator.OutputNorm ? 0 : _groupFor(op) - 1 + ctx.firstLayer;
    }

    function _gated(uint256 element, uint256 which, uint256 flip) internal returns (Step memory) {
        uint256 group = _groupFor(Operator.QuantizedGated);
        uint256[32] memory x;
        uint256[] memory gate =
            _numbers(group, Operator.Gate, 32 * element, _blockCount(Operator.QuantizedGated, element));
        uint256[] memory up = _numbers(group, Operator.Up, 32 * element, gate.length);
        for (uint256 i = 0; i < gate.length; i++) {
            uint256 e = Binary32.expNeg(gate[i] | Binary32.SIGN);
            uint256 g = gate[i] >> 31 == 1 ? Binary32.mul(gate[i], e) : gate[i];
            x[i] = Binary32.mul(Binary32.div(g, Binary32.add(e, Binary32.ONE)), up[i]);
        }
        _putBlock(Operator.QuantizedGated, element, x, which, flip);
        QuantizedGatedWitness memory w;
        w.output = _content(group, Operator.QuantizedGated, element / 128);
        w.gate = _openNumber(group, Operator.Gate, 32 * element);
        w.up = _openNumber(group, Operator.Up, 32 * element);
        return _step(group, Operator.QuantizedGated, element / 128, element, 0, abi.encode(w));
    }

    function _quantizedHeads(uint256 element, uint256 which, uint256 flip) internal returns (Step memory) {
        Operator op = Operator.QuantizedHeads;
        (uint256 first, uint256 count) = (32 * element, _blockCount(op, element));
        uint256 firstHead = first / ctx.config.headDimension;
        QuantizedHeadsWitness memory w;
        w.heads = new HeadRowOpening[]((first + count - 1) / ctx.config.headDimension - firstHead + 1);
        uint256[32] memory x;
        {
            bytes memory all;
            for (uint256 h = 0; h < w.heads.length; h++) {
                bytes memory row = _floats(ctx.config.headDimension);
                all = bytes.concat(all, row);
                w.heads[h] = _putHead(firstHead + h, row);
            }
            for (uint256 i = 0; i < count; i++) {
                x[i] = Le.get32(all, first - firstHead * ctx.config.headDimension + i);
            }
        }
        _putBlock(op, element, x, which, flip);
        for (uint256 h = 0; h < w.heads.length; h++) {
            w.heads[h].entry = _openEntry(_groupFor(op), Operator.AttentionHead, firstHead + h);
        }
        w.output = _content(_groupFor(op), op, element / 128);
        return _step(_groupFor(op), op, element / 128, element, 0, abi.encode(w));
    }

    /// @dev A head of which only the output row is known.
    function _putHead(uint256 head, bytes memory row) private returns (HeadRowOpening memory o) {
        o.salt = _salt(_groupFor(Operator.AttentionHead), Operator.AttentionHead, head, 0);
        o.row.content = bytes.concat(o.salt, row);
        Chunks memory chunks = _newChunks();
        _know(chunks, 3 * chunks.n - 1, o.row.content);
        o.chunkRoot = SparseTree.root(chunks.tree);
        o.row = _openChunk(chunks, 3 * chunks.n - 1);
        _putChunkRoot(head, o.chunkRoot);
    }

    // Matrices

    function _matrix(Operator op, uint256 element, uint256 part, uint256 flip) internal returns (Step memory) {
        uint256 previous = part == 0 ? 0 : _randomFloat();
        uint256 honest;
        {
            (Operator input, uint256 role) = _factorsOf(op);
            WeightLayout.Tensor memory t = lay.tensor(ctx.config, role, _layerFor(op));
            bytes memory weights = _blocks(lay.pageLength(t, part) / 34);
            _putWeight(role, _layerFor(op), element, part, weights);
            honest = _product(_groupFor(op), input, part, weights, previous);
        }
        uint256 unit = _unitOf(op, element);
        bytes memory content = _floats(lay.contentLength(ctx, op, unit) / 4);
        if (part > 0) Le.put32(content, lay.elementAt(ctx, op, unit, element, part - 1), previous);
        Le.put32(content, lay.elementAt(ctx, op, unit, element, part), honest ^ flip);
        _putSegment(_groupFor(op), op, unit, content);
        return _step(_groupFor(op), op, unit, element, part, abi.encode(_matrixWitness(op, element, part)));
    }

    function _matrixWitness(Operator op, uint256 element, uint256 part) private view returns (MatrixWitness memory w) {
        (Operator input, uint256 role) = _factorsOf(op);
        uint256 group = _groupFor(op);
        w.output = _openClaimed(group, op, element, part);
        if (part > 0) w.previous = _openClaimed(group, op, element, part - 1);
        w.inputs = new FlatOpening[](_has(group, input, 2 * part + 1) ? 2 : 1);
        for (uint256 i = 0; i < w.inputs.length; i++) {
            w.inputs[i] = _openFlat(group, input, 2 * part + i);
        }
        w.weight = _openWeight(role, _layerFor(op), element, part);
    }

    /// @dev Makes the quantised segments that a weight page meets, and multiplies.
    function _product(uint256 group, Operator input, uint256 part, bytes memory weights, uint256 acc)
        private
        returns (uint256)
    {
        bytes memory activations;
        uint256 blocks = weights.length / 34;
        for (uint256 b = 0; b < blocks; b++) {
            uint256 inSegment = blocks - b / 128 * 128 < 128 ? blocks % 128 : 128;
            if (b % 128 == 0) activations = _activations(group, input, 2 * part + b / 128, inSegment);
            int256 dot = 0;
            for (uint256 i = 0; i < 32; i++) {
                int256 q = int8(uint8(activations[4 * inSegment + b % 128 * 32 + i]));
                dot += int256(int8(uint8(weights[34 * b + 2 + i]))) * q;
            }
            uint256 scale = Binary32.fromHalf(Le.get(weights, 34 * b, 2));
            scale = Binary32.mul(scale, Le.get32(activations, b % 128));
            acc = Binary32.fma(Binary32.fromInt(dot), scale, acc);
        }
        return acc;
    }

    /// @dev A quantised segment without its salt, made when it is first asked for.
    function _activations(uint256 group, Operator input, uint256 unit, uint256 blocks)
        private
        returns (bytes memory content)
    {
        if (!_has(group, input, unit)) _putFlat(group, input, unit, "TT/quan1", _quantized(blocks));
        content = _content(group, input, unit);
        return Le.slice(content, content.length - 36 * blocks, 36 * blocks);
    }

    function _factorsOf(Operator op) internal pure returns (Operator, uint256) {
        if (op == Operator.Query) return (Operator.QuantizedAttentionInput, WeightLayout.QUERY);
        if (op == Operator.Key) return (Operator.QuantizedAttentionInput, WeightLayout.KEY);
        if (op == Operator.Value) return (Operator.QuantizedAttentionInput, WeightLayout.VALUE);
        if (op == Operator.AttentionOutput) return (Operator.QuantizedHeads, WeightLayout.ATTENTION_OUTPUT);
        if (op == Operator.Gate) return (Operator.QuantizedFeedForwardInput, WeightLayout.GATE);
        if (op == Operator.Up) return (Operator.QuantizedFeedForwardInput, WeightLayout.UP);
        if (op == Operator.Down) return (Operator.QuantizedGated, WeightLayout.DOWN);
        return (Operator.QuantizedOutputInput, WeightLayout.OUTPUT);
    }

    // Rotations, rows, residuals

    struct Rotation {
        PageOpening first;
        PageOpening second;
        WeightOpening cosine;
        WeightOpening sine;
    }

    /// @dev An element of Query or Key (numbered in the whole vector), rotated.
    function _rotate(Operator op, uint256 element) private returns (uint256) {
        (uint256 pair, uint256 i0, uint256 i1) = _pairOf(element);
        uint256 x0 = _number(_groupFor(op), op, i0);
        if (i0 == i1) return x0;
        uint256 x1 = _number(_groupFor(op), op, i1);
        uint256 c = _putTable(WeightLayout.ROPE_COSINES, pair);
        uint256 s = _putTable(WeightLayout.ROPE_SINES, pair);
        if (element == i1) return Binary32.fma(x0, s, Binary32.mul(x1, c));
        return Binary32.fma(x0, c, Binary32.negate(Binary32.mul(x1, s)));
    }

    function _putTable(uint256 role, uint256 pair) private returns (uint256) {
        uint256 page = pair / 256;
        bytes memory table = _floats(lay.pageLength(lay.tensor(ctx.config, role, 0), page) / 4);
        _putWeight(role, 0, ctx.position, page, table);
        return Le.get32(table, pair % 256);
    }

    /// @dev Everything but the value.
    function _openRotation(Operator op, uint256 element) private view returns (Rotation memory r) {
        (uint256 pair, uint256 i0, uint256 i1) = _pairOf(element);
        r.first = _openNumber(_groupFor(op), op, i0);
        if (i0 == i1) return r;
        r.second = _openNumber(_groupFor(op), op, i1);
        r.cosine = _openWeight(WeightLayout.ROPE_COSINES, 0, ctx.position, pair / 256);
        r.sine = _openWeight(WeightLayout.ROPE_SINES, 0, ctx.position, pair / 256);
    }

    /// @dev From the pair's number rather than the element's: for each pair its elements, until one is ours.
    function _pairOf(uint256 element) private view returns (uint256, uint256, uint256) {
        uint256 head = element / ctx.config.headDimension * ctx.config.headDimension;
        uint256 pairs = ctx.config.ropeDimensions / 2;
        for (uint256 i = 0; i < pairs; i++) {
            uint256 first = head + (ctx.config.ropePairing == 1 ? i : 2 * i);
            uint256 second = ctx.config.ropePairing == 1 ? first + pairs : first + 1;
            if (element == first || element == second) return (i, first, second);
        }
        return (0, element, element);
    }

    function _rotatedQuery(uint256 element, uint256 flip) internal returns (Step memory) {
        Operator op = Operator.RotatedQuery;
        _putNumber(_groupFor(op), op, element, 0, _rotate(Operator.Query, element) ^ flip);
        Rotation memory r = _openRotation(Operator.Query, element);
        RotationWitness memory w;
        w.output = _openClaimed(_groupFor(op), op, element, 0);
        (w.first, w.second, w.cosine, w.sine) = (r.first, r.second, r.cosine, r.sine);
        return _step(_groupFor(op), op, _unitOf(op, element), element, 0, abi.encode(w));
    }

    function _keyRow(uint256 head, uint256 element, uint256 flip) internal returns (Step memory) {
        uint256 whole = head * ctx.config.headDimension + element;
        _putHalf(Operator.KeyRow, head, element, _rotate(Operator.Key, whole), flip);
        Rotation memory r = _openRotation(Operator.Key, whole);
        KeyRowWitness memory w;
        w.output = _content(_groupFor(Operator.KeyRow), Operator.KeyRow, head);
        (w.first, w.second, w.cosine, w.sine) = (r.first, r.second, r.cosine, r.sine);
        return _step(_groupFor(Operator.KeyRow), Operator.KeyRow, head, element, 0, abi.encode(w));
    }

    function _valueRow(uint256 head, uint256 element, uint256 flip) internal returns (Step memory) {
        uint256 group = _groupFor(Operator.ValueRow);
        uint256 whole = head * ctx.config.headDimension + element;
        _putHalf(Operator.ValueRow, head, element, _number(group, Operator.Value, whole), flip);
        ValueRowWitness memory w;
        w.output = _content(group, Operator.ValueRow, head);
        w.input = _openNumber(group, Operator.Value, whole);
        return _step(group, Operator.ValueRow, head, element, 0, abi.encode(w));
    }

    function _putHalf(Operator op, uint256 head, uint256 element, uint256 bits, uint256 flip) private {
        bytes memory row = _halves(ctx.config.headDimension);
        (uint256 half,) = Binary32.toHalf(bits);
        Le.put(row, 2 * element, 2, half ^ flip);
        _putRow(_groupFor(op), op, head, row);
    }

    function _residual(Operator op, uint256 element, uint256 flip) internal returns (Step memory) {
        uint256 group = _groupFor(op);
        (uint256 hiddenGroup, Operator hidden) =
            op == Operator.AttentionResidual ? lay.hiddenOf(ctx, group) : (group, Operator.AttentionResidual);
        Operator branch = op == Operator.AttentionResidual ? Operator.AttentionOutput : Operator.Down;
        uint256 sum = Binary32.add(_number(hiddenGroup, hidden, element), _number(group, branch, element));
        _putNumber(group, op, element, 0, sum ^ flip);
        ResidualWitness memory w;
        w.output = _openClaimed(group, op, element, 0);
        w.hidden = _openNumber(hiddenGroup, hidden, element);
        w.branch = _openNumber(group, branch, element);
        return _step(group, op, _unitOf(op, element), element, 0, abi.encode(w));
    }

    // Heads

    struct Chunks {
        uint256 n;
        SparseTree.Tree tree;
        bytes[] contents;
    }

    function _newChunks() private returns (Chunks memory c) {
        c.n = uint256(ctx.position) / 32 + 1;
        c.tree.seed = bytes32(_random());
        c.tree.size = 3 * c.n;
        c.contents = new bytes[](3 * c.n);
    }

    /// @dev Makes a leaf known; `content` as it is opened, salt first.
    function _know(Chunks memory c, uint256 leaf, bytes memory content) private pure {
        c.contents[leaf] = content;
        SparseTree.Leaf[] memory leaves = new SparseTree.Leaf[](c.tree.leaves.length + 1);
        for (uint256 i = 0; i < c.tree.leaves.length; i++) {
            leaves[i] = c.tree.leaves[i];
        }
        leaves[leaves.length - 1] = SparseTree.Leaf(leaf, _chunkLeaf(content));
        c.tree.leaves = leaves;
    }

    function _chunkLeaf(bytes memory content) private pure returns (bytes32) {
        return keccak256(bytes.concat(bytes1(0), content));
    }

    function _openChunk(Chunks memory c, uint256 leaf) private pure returns (ChunkOpening memory) {
        return ChunkOpening(c.contents[leaf], SparseTree.path(c.tree, leaf, 0));
    }

    function _putChunkRoot(uint256 head, bytes32 root) private {
        uint256 group = _groupFor(Operator.AttentionHead);
        bytes memory salt = _salt(group, Operator.AttentionHead, head, 0);
        _putEntry(group, Operator.AttentionHead, head, keccak256(abi.encodePacked("TT/head1", salt, root)));
    }

    function _chunkPositions(uint256 c) internal view returns (uint256) {
        uint256 left = uint256(ctx.position) + 1 - 32 * c;
        return left < 32 ? left : 32;
    }

    /// @dev Score `which` (or the running maximum, if `which` is their number) of chunk c is flipped.
    function _scores(uint256 head, uint256 c, uint256 which, uint256 flip) internal returns (Step memory) {
        ScoresWitness memory w;
        w.salt = _headSalt(head);
        Chunks memory chunks = _newChunks();
        uint256 greatest = 0xff800000;
        if (c > 0) {
            bytes memory previous = _floats(33);
            greatest = Le.get32(previous, 32);
            _know(chunks, c - 1, bytes.concat(w.salt, previous));
        }
        _know(chunks, c, bytes.concat(w.salt, _scoresOf(head, c, greatest, which, flip)));
        (w.chunkRoot, w.leaf, w.path) = _putTree(chunks, head, c);
        if (c > 0) w.previous = _openChunk(chunks, c - 1);
        w.query = _openQuery(head);
        w.keys = _openKv(Operator.KeyRow, head, c);
        return _headStep(head, c, abi.encode(w));
    }

    function _scoresOf(uint256 head, uint256 c, uint256 greatest, uint256 which, uint256 flip)
        private
        returns (bytes memory content)
    {
        bytes[] memory rows = _putKv(Operator.KeyRow, head, c);
        content = new bytes(4 * (rows.length + 1));
        uint256 dimension = ctx.config.headDimension;
        uint256[] memory query =
            _numbers(_groupFor(Operator.AttentionHead), Operator.RotatedQuery, head * dimension, dimension);
        for (uint256 j = 0; j < rows.length; j++) {
            uint256 score = _score(query, rows[j]);
            greatest = Binary32.maxTotal(greatest, score);
            Le.put32(content, j, score ^ (j == which ? flip : 0));
        }
        Le.put32(content, rows.length, greatest ^ (rows.length == which ? flip : 0));
    }

    function _headSalt(uint256 head) private view returns (bytes memory) {
        return _salt(_groupFor(Operator.AttentionHead), Operator.AttentionHead, head, 0);
    }

    /// @dev Commits a head's tree; root, hash and path of one of its leaves.
    function _putTree(Chunks memory chunks, uint256 head, uint256 leaf)
        private
        returns (bytes32 root, bytes32 hash, bytes32[] memory path)
    {
        root = SparseTree.root(chunks.tree);
        _putChunkRoot(head, root);
        (hash, path) = (_chunkLeaf(chunks.contents[leaf]), SparseTree.path(chunks.tree, leaf, 0));
    }

    function _headStep(uint256 head, uint256 leaf, bytes memory witness) private returns (Step memory) {
        return _step(_groupFor(Operator.AttentionHead), Operator.AttentionHead, head, leaf, 0, witness);
    }

    function _score(uint256[] memory query, bytes memory row) private view returns (uint256) {
        uint256[16] memory lanes;
        for (uint256 i = 0; i < query.length; i++) {
            lanes[i % 16] = Binary32.fma(query[i], Binary32.fromHalf(Le.get(row, 2 * i, 2)), lanes[i % 16]);
        }
        return Binary32.mul(_foldLanes(lanes), ctx.config.attentionScaleBits);
    }

    function _openQuery(uint256 head) private view returns (PageOpening[] memory pages) {
        uint256 first = head * ctx.config.headDimension;
        uint256 last = first + ctx.config.headDimension - 1;
        pages = new PageOpening[](last / 256 - first / 256 + 1);
        for (uint256 i = 0; i < pages.length; i++) {
            uint256 element = i == 0 ? first : (first / 256 + i) * 256;
            pages[i] = _openPage(_groupFor(Operator.AttentionHead), Operator.RotatedQuery, element, 0);
        }
    }

    /// @dev Lane `which` of B_c is flipped.
    function _sums(uint256 head, uint256 c, uint256 which, uint256 flip) internal returns (Step memory) {
        SumsWitness memory w;
        w.salt = _headSalt(head);
        Chunks memory chunks = _newChunks();
        uint256 leaf = chunks.n + c;
        {
            uint256[] memory e = _putScores(chunks, c, w.salt);
            bytes memory previous = c == 0 ? new bytes(64) : _floats(16);
            if (c > 0) _know(chunks, leaf - 1, bytes.concat(w.salt, previous));
            _know(chunks, leaf, bytes.concat(w.salt, _lanesAfter(previous, e, which, flip)));
        }
        (w.chunkRoot, w.leaf, w.path) = _putTree(chunks, head, leaf);
        if (c > 0) w.previous = _openChunk(chunks, leaf - 1);
        w.scores = _openChunk(chunks, c);
        w.lastScores = _openChunk(chunks, chunks.n - 1);
        return _headStep(head, leaf, abi.encode(w));
    }

    function _lanesAfter(bytes memory previous, uint256[] memory e, uint256 which, uint256 flip)
        private
        pure
        returns (bytes memory content)
    {
        content = new bytes(64);
        for (uint256 i = 0; i < 16; i++) {
            uint256 lane = Le.get32(previous, i);
            for (uint256 j = i; j < e.length; j += 16) {
                lane = Binary32.add(lane, e[j]);
            }
            Le.put32(content, i, lane ^ (i == which ? flip : 0));
        }
    }

    /// @dev M of the sums and outputs; 2.5 is above every random number.
    uint256 internal _greatest = 0x40200000;
    /// @dev Whether D is zero.
    bool internal _noSum;

    /// @dev Scores of chunk c and of the last one, whose maximum is above all; returns the exponentials of chunk c.
    function _putScores(Chunks memory chunks, uint256 c, bytes memory salt) private returns (uint256[] memory e) {
        uint256 last = chunks.n - 1;
        uint256 greatest = _greatest;
        bytes memory scores = _floats(_chunkPositions(c) + 1);
        if (c == last) {
            Le.put32(scores, _chunkPositions(c), greatest);
        } else {
            bytes memory lastScores = _floats(_chunkPositions(last) + 1);
            Le.put32(lastScores, _chunkPositions(last), greatest);
            _know(chunks, last, bytes.concat(salt, lastScores));
        }
        _know(chunks, c, bytes.concat(salt, scores));
        e = new uint256[](_chunkPositions(c));
        for (uint256 j = 0; j < e.length; j++) {
            e[j] = Binary32.expNeg(Binary32.sub(Le.get32(scores, j), greatest));
        }
    }

    /// @dev Element `which` of C_c is flipped.
    function _outputs(uint256 head, uint256 c, uint256 which, uint256 flip) internal returns (Step memory) {
        OutputsWitness memory w;
        w.salt = _headSalt(head);
        Chunks memory chunks = _newChunks();
        uint256 leaf = 2 * chunks.n + c;
        uint256[] memory weights = _putScores(chunks, c, w.salt);
        _divide(chunks, weights, w.salt);
        bytes memory row = _weighted(_putKv(Operator.ValueRow, head, c), weights, _putRowBefore(chunks, c, w.salt));
        Le.put32(row, which, Le.get32(row, which) ^ flip);
        _know(chunks, leaf, bytes.concat(w.salt, row));
        (w.chunkRoot, w.leaf, w.path) = _putTree(chunks, head, leaf);
        if (c > 0) w.previous = _openChunk(chunks, leaf - 1);
        w.scores = _openChunk(chunks, c);
        w.lastScores = _openChunk(chunks, chunks.n - 1);
        w.lastSums = _openChunk(chunks, 2 * chunks.n - 1);
        w.values = _openKv(Operator.ValueRow, head, c);
        return _headStep(head, leaf, abi.encode(w));
    }

    /// @dev The output row before chunk c.
    function _putRowBefore(Chunks memory chunks, uint256 c, bytes memory salt) private returns (bytes memory row) {
        if (c == 0) return new bytes(4 * uint256(ctx.config.headDimension));
        row = _floats(ctx.config.headDimension);
        _know(chunks, 2 * chunks.n + c - 1, bytes.concat(salt, row));
    }

    /// @dev Divides the exponentials by D, from random last lanes.
    function _divide(Chunks memory chunks, uint256[] memory weights, bytes memory salt) private {
        bytes memory sums = _noSum ? new bytes(64) : _floats(16);
        uint256[16] memory lanes;
        for (uint256 i = 0; i < 16; i++) {
            lanes[i] = Le.get32(sums, i) & Binary32.MAGNITUDE;
            Le.put32(sums, i, lanes[i]);
        }
        _know(chunks, 2 * chunks.n - 1, bytes.concat(salt, sums));
        uint256 d = _foldLanes(lanes);
        for (uint256 j = 0; j < weights.length; j++) {
            weights[j] = Binary32.div(weights[j], d);
        }
    }

    function _weighted(bytes[] memory rows, uint256[] memory weights, bytes memory before)
        private
        pure
        returns (bytes memory out)
    {
        out = new bytes(before.length);
        for (uint256 i = 0; i < before.length / 4; i++) {
            uint256 sum = Le.get32(before, i);
            for (uint256 j = 0; j < weights.length; j++) {
                sum = Binary32.fma(weights[j], Binary32.fromHalf(Le.get(rows[j], 2 * i, 2)), sum);
            }
            Le.put32(out, i, sum);
        }
    }

    // Cache rows

    KvChunk private _kv;

    /// @dev The rows of a chunk for a query head's kv head, under a trace of their own; kept for `_openKv`.
    function _putKv(Operator op, uint256 head, uint256 c) private returns (bytes[] memory rows) {
        uint256 kvHead = head / (ctx.config.headCount / ctx.config.kvHeadCount);
        rows = new bytes[](_chunkPositions(c));
        uint256 end = uint256(ctx.positions) - 32 * c < 32 ? uint256(ctx.positions) - 32 * c : 32;
        bytes32[] memory leaves = new bytes32[](end);
        delete _kv;
        for (uint256 j = 0; j < end; j++) {
            uint256 p = 32 * c + j;
            if (p <= ctx.position) rows[j] = _halves(ctx.config.headDimension);
            if (p < ctx.position) {
                leaves[j] = _knownPosition(op, kvHead, p, rows[j]);
                continue;
            }
            if (p == ctx.position) {
                _putRow(_groupFor(op), op, kvHead, rows[j]);
                _kv.rows = bytes.concat(_kv.rows, _content(_groupFor(op), op, kvHead));
            }
            leaves[j] = bytes32(_random());
            _kv.laterLeaves.push(leaves[j]);
        }
        _putTrace(c, leaves);
    }

    /// @dev leaf(p) of a position before ours, from the row, made-up siblings and bounds.
    function _knownPosition(Operator op, uint256 kvHead, uint256 p, bytes memory row) private returns (bytes32) {
        row = bytes.concat(_salt(p, Operator.Input, kvHead, uint256(op)), row);
        _kv.rows = bytes.concat(_kv.rows, row);
        bytes32 kvRoot = _putKvRow(op, kvHead, sha256(bytes.concat(bytes1(0), row)));
        (bytes32 hIn, bytes32 hOut) = (bytes32(_random()), bytes32(_random()));
        _kv.bounds.push(hIn);
        _kv.bounds.push(hOut);
        return sha256(abi.encodePacked("TT/leaf1", uint32(p), hIn, hOut, kvRoot));
    }

    /// @dev A kvRoot over one known row: layers ascending, keys before values, heads ascending.
    function _putKvRow(Operator op, uint256 kvHead, bytes32 leaf) private returns (bytes32) {
        uint256 index = (_groupFor(op) - 1) * 2 * ctx.config.kvHeadCount + kvHead;
        if (op == Operator.ValueRow) index += ctx.config.kvHeadCount;
        SparseTree.Tree memory t;
        t.sha = true;
        t.seed = bytes32(_random());
        t.size = 2 * uint256(ctx.layerCount) * ctx.config.kvHeadCount;
        t.leaves = new SparseTree.Leaf[](1);
        t.leaves[0] = SparseTree.Leaf(index, leaf);
        bytes32[] memory path = SparseTree.path(t, index, 0);
        for (uint256 i = 0; i < path.length; i++) {
            _kv.kvPaths.push(path[i]);
        }
        return sha256(abi.encodePacked("TT/kvpo1", uint64(t.size), SparseTree.root(t)));
    }

    function _putTrace(uint256 c, bytes32[] memory leaves) private {
        SparseTree.Leaf[] memory known = new SparseTree.Leaf[](leaves.length);
        for (uint256 j = 0; j < leaves.length; j++) {
            known[j] = SparseTree.Leaf(32 * c + j, sha256(bytes.concat(bytes1(0), leaves[j])));
        }
        SparseTree.Tree memory t = SparseTree.Tree(true, bytes32(_random()), ctx.positions, known);
        _kv.path = SparseTree.path(t, 32 * c, 5);
        ctx.traceRoot = sha256(abi.encodePacked("TT/trac1", uint64(ctx.positions), SparseTree.root(t)));
    }

    function _openKv(Operator op, uint256 head, uint256 c) private view returns (KvChunk memory k) {
        k = _kv;
        uint256 kvHead = head / (ctx.config.headCount / ctx.config.kvHeadCount);
        if (ctx.position / 32 == c) k.own = _openEntry(_groupFor(op), op, kvHead);
    }

    // The pick

    function _scoreOf(uint256 id, uint256 logit) internal view returns (uint256) {
        if (ctx.sampling.greedy) return logit;
        uint256 noise = GumbelNoise.noise(ctx.sampling.seed, uint256(ctx.position) + 1, id);
        return Binary32.fma(logit, ctx.sampling.inverseTemperatureBits, noise);
    }

    /// @dev A pick whose best in the element's segment is (bits, id).
    function _pick(uint256 element, uint256 bits, uint256 id) internal returns (Step memory) {
        uint256 group = _groupFor(Operator.Pick);
        bytes memory content = _bytes(lay.contentLength(ctx, Operator.Pick, 0));
        uint256 segment = _unitOf(Operator.Logits, element);
        Le.put32(content, 2 * segment, bits);
        Le.put32(content, 2 * segment + 1, id);
        _putFlat(group, Operator.Pick, 0, "TT/pick1", content);
        PickWitness memory w =
            PickWitness(_content(group, Operator.Pick, 0), _openNumber(group, Operator.Logits, element));
        return _step(group, Operator.Pick, 0, element, 0, abi.encode(w));
    }

    /// @dev A pick that names the element itself as its segment's best.
    function _pickOwn(uint256 element, uint256 flip) internal returns (Step memory) {
        uint256 score = _scoreOf(element, _number(_groupFor(Operator.Pick), Operator.Logits, element));
        return _pick(element, score ^ flip, element);
    }

    // Any of them

    /// @notice One unit of an operator. `unit`: the head, of rows and heads. `element`: as in the witness; of heads the chunk. `part`: the
    /// page, of matrices; 0, 1, 2 for A, B, C of heads. `which`: the number that is flipped, where the unit holds several.
    struct Case {
        Operator op;
        uint256 unit;
        uint256 element;
        uint256 part;
        uint256 which;
    }

    function _build(Case memory k, uint256 flip) internal returns (Step memory) {
        if (k.op == Operator.Embedding) return _embedding(k.element, flip);
        if (k.op == Operator.KeyRow) return _keyRow(k.unit, k.element, flip);
        if (k.op == Operator.ValueRow) return _valueRow(k.unit, k.element, flip);
        if (k.op == Operator.RotatedQuery) return _rotatedQuery(k.element, flip);
        if (k.op == Operator.AttentionHead) return _head(k, flip);
        if (k.op == Operator.QuantizedHeads) return _quantizedHeads(k.element, k.which, flip);
        if (k.op == Operator.QuantizedGated) return _gated(k.element, k.which, flip);
        if (k.op == Operator.Pick) return _pickOwn(k.element, flip);
        if (k.op == Operator.AttentionResidual || k.op == Operator.FeedForwardResidual) {
            return _residual(k.op, k.element, flip);
        }
        if (k.op == Operator.AttentionNorm || k.op == Operator.FeedForwardNorm || k.op == Operator.OutputNorm) {
            if (k.element == _normChunks()) return _normRoot(k.op, flip);
            return _norm(k.op, k.element, k.which, flip);
        }
        if (
            k.op == Operator.QuantizedAttentionInput || k.op == Operator.QuantizedFeedForwardInput
                || k.op == Operator.QuantizedOutputInput
        ) return _quantizedNorm(k.op, k.element, k.which, flip);
        return _matrix(k.op, k.element, k.part, flip);
    }

    function _head(Case memory k, uint256 flip) private returns (Step memory) {
        if (k.part == 0) return _scores(k.unit, k.element, k.which, flip);
        if (k.part == 1) return _sums(k.unit, k.element, k.which, flip);
        return _outputs(k.unit, k.element, k.which, flip);
    }

    /// @dev How many bits the number that a case flips has.
    function _width(Case memory k) internal pure returns (uint256) {
        if (k.op == Operator.KeyRow || k.op == Operator.ValueRow) return 16;
        bool quantized = k.op == Operator.QuantizedAttentionInput || k.op == Operator.QuantizedFeedForwardInput
            || k.op == Operator.QuantizedOutputInput || k.op == Operator.QuantizedHeads
            || k.op == Operator.QuantizedGated;
        return quantized && k.which < 32 ? 8 : 32;
    }
}

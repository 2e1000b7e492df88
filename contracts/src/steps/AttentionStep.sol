// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {KvOpenings} from "../libraries/KvOpenings.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {Witness} from "../libraries/Witness.sol";
import {ChunkOpening, Operator, OutputsWitness, ScoresWitness, StepClaim, SumsWitness} from "../types/DisputeTypes.sol";
import {Step} from "./Step.sol";

/// @title Judges one leaf of an attention head's chunk tree, recomputed whole and compared by hash
/// @notice Leaves: A_c scores and running maximum, B_c lanes of the exponentials' sum, C_c the output row, each after 32 positions more
/// (rulings 11 to 15).
contract AttentionStep is Step {
    uint256 private constant CHUNK = OperatorLayout.HEAD_CHUNK;
    uint256 private constant LANES = OperatorLayout.LANES;

    error AttentionStep_WrongQuery(uint256 actual, uint256 expected);

    /// @inheritdoc Step
    function _judge(StepClaim calldata s, Operator op, uint256 unit, uint256 element, uint256, bytes calldata witness)
        internal
        view
        override
        returns (bool)
    {
        if (op != Operator.AttentionHead) revert Step_NotMine(op);
        uint256 n = OperatorLayout.chunkCount(s.context);
        _requireIn(element, 0, 3 * n);
        if (element < n) return _scores(s, unit, element, Witness.scores(witness));
        if (element < 2 * n) return _sums(s, element - n, Witness.sums(witness));
        return _outputs(s, unit, element - 2 * n, Witness.outputs(witness));
    }

    /// @dev s_j = fold(q * k_j) * c for the chunk's positions, then the greatest score so far.
    function _scores(StepClaim calldata s, uint256 head, uint256 c, ScoresWitness calldata w)
        private
        view
        returns (bool)
    {
        Openings.headRoot(s, w.salt, w.chunkRoot, s.entry);
        Openings.chunkLeaf(s, w.chunkRoot, c, w.leaf, w.path);
        uint256[] memory query = _query(s, head, w);
        (bytes calldata rows, uint256 count, uint256 stride) =
            KvOpenings.rows(s, Operator.KeyRow, _kvHead(s, head), c, w.keys);
        uint256[] memory content = new uint256[](count + 1);
        uint256 greatest = Binary32.INFINITY | Binary32.SIGN;
        if (c == 0) {
            Openings.requireUnused(w.previous);
        } else {
            bytes calldata previous = Openings.chunk(s, w.chunkRoot, c - 1, 4 * (CHUNK + 1), w.previous);
            greatest = LittleEndian.u32(previous, CHUNK);
        }
        for (uint256 j = 0; j < count; j++) {
            uint256 score = Binary32.mul(_dot(query, rows[j * stride:]), s.context.config.attentionScaleBits);
            if (!Binary32.isFinite(score)) return true;
            greatest = Binary32.maxTotal(greatest, score);
            content[j] = score;
        }
        content[count] = greatest;
        return !Binary32.isFinite(greatest) || _leaf(w.salt, content) != w.leaf;
    }

    /// @dev Lanes of sum(e_j), e_j = expNeg(s_j - M), by absolute position.
    function _sums(StepClaim calldata s, uint256 c, SumsWitness calldata w) private pure returns (bool) {
        Openings.headRoot(s, w.salt, w.chunkRoot, s.entry);
        uint256 n = OperatorLayout.chunkCount(s.context);
        Openings.chunkLeaf(s, w.chunkRoot, n + c, w.leaf, w.path);
        uint256[] memory lanes = new uint256[](LANES);
        if (c == 0) {
            Openings.requireUnused(w.previous);
        } else {
            lanes = LittleEndian.words(Openings.chunk(s, w.chunkRoot, n + c - 1, 4 * LANES, w.previous), 0, LANES);
        }
        (uint256[] memory e, bool valid) = _exponentials(s, w.chunkRoot, c, w.scores, w.lastScores);
        if (!valid) return true;
        for (uint256 j = 0; j < e.length; j++) {
            lanes[j % LANES] = Binary32.add(lanes[j % LANES], e[j]);
        }
        return !_allFinite(lanes) || _leaf(w.salt, lanes) != w.leaf;
    }

    /// @dev out = fma(e_j / D, v_j, out) over the chunk's positions.
    function _outputs(StepClaim calldata s, uint256 head, uint256 c, OutputsWitness calldata w)
        private
        view
        returns (bool)
    {
        Openings.headRoot(s, w.salt, w.chunkRoot, s.entry);
        uint256 n = OperatorLayout.chunkCount(s.context);
        Openings.chunkLeaf(s, w.chunkRoot, 2 * n + c, w.leaf, w.path);
        (uint256[] memory weights, bool valid) = _weights(s, c, w);
        if (!valid) return true;
        uint256[] memory out = new uint256[](s.context.config.headDimension);
        if (c == 0) {
            Openings.requireUnused(w.previous);
        } else {
            bytes calldata previous = Openings.chunk(s, w.chunkRoot, 2 * n + c - 1, 4 * out.length, w.previous);
            out = LittleEndian.words(previous, 0, out.length);
        }
        _addRows(s, head, c, w, weights, out);
        return !_allFinite(out) || _leaf(w.salt, out) != w.leaf;
    }

    /// @dev out_i = fma(w_j, v_ji, out_i) over the chunk's positions j.
    function _addRows(
        StepClaim calldata s,
        uint256 head,
        uint256 c,
        OutputsWitness calldata w,
        uint256[] memory weights,
        uint256[] memory out
    ) private view {
        (bytes calldata rows,, uint256 stride) = KvOpenings.rows(s, Operator.ValueRow, _kvHead(s, head), c, w.values);
        for (uint256 j = 0; j < weights.length; j++) {
            _addRow(out, weights[j], rows[j * stride:]);
        }
    }

    /// @dev w_j = e_j / D of the chunk's positions; not valid where the committed scores contradict their maximum, or a weight is not finite.
    function _weights(StepClaim calldata s, uint256 c, OutputsWitness calldata w)
        private
        pure
        returns (uint256[] memory weights, bool valid)
    {
        uint256 last = 2 * OperatorLayout.chunkCount(s.context) - 1;
        bytes calldata sums = Openings.chunk(s, w.chunkRoot, last, 4 * LANES, w.lastSums);
        uint256 divisor = Lanes.fold(LittleEndian.words(sums, 0, LANES));
        (weights, valid) = _exponentials(s, w.chunkRoot, c, w.scores, w.lastScores);
        for (uint256 j = 0; j < weights.length; j++) {
            weights[j] = Binary32.div(weights[j], divisor);
        }
        valid = valid && _allFinite(weights);
    }

    /// @dev e_j = expNeg(s_j - M) of chunk c; not valid if a score or M is not finite, or a score is above M.
    function _exponentials(
        StepClaim calldata s,
        bytes32 chunkRoot,
        uint256 c,
        ChunkOpening calldata scores,
        ChunkOpening calldata lastScores
    ) private pure returns (uint256[] memory e, bool valid) {
        uint256 greatest = _greatest(s, chunkRoot, lastScores);
        uint256 count = _positions(s, c);
        e = LittleEndian.words(Openings.chunk(s, chunkRoot, c, 4 * (count + 1), scores), 0, count);
        valid = Binary32.isFinite(greatest) && _allFinite(e);
        for (uint256 j = 0; j < count && valid; j++) {
            valid = Binary32.le(e[j], greatest);
            e[j] = Binary32.expNeg(Binary32.sub(e[j], greatest));
        }
    }

    /// @dev The elements of the head's query, from the pages that they lie on.
    function _query(StepClaim calldata s, uint256 head, ScoresWitness calldata w)
        private
        view
        returns (uint256[] memory query)
    {
        uint256 dimension = s.context.config.headDimension;
        uint256 first = head * dimension;
        uint256 pages =
            (first + dimension - 1) / OperatorLayout.PAGE_ELEMENTS - first / OperatorLayout.PAGE_ELEMENTS + 1;
        if (w.query.length != pages) revert AttentionStep_WrongQuery(w.query.length, pages);
        query = new uint256[](dimension);
        uint256 done = 0;
        for (uint256 i = 0; i < pages; i++) {
            (bytes calldata page, uint256 offset) =
                Openings.page(s, s.group, Operator.RotatedQuery, first + done, 0, w.query[i]);
            for (; offset < OperatorLayout.PAGE_ELEMENTS && done < dimension; offset++) {
                query[done++] = LittleEndian.u32(page, offset);
            }
        }
    }

    /// @dev The sum of products of the query with a row of halves, lane by lane, folded.
    function _dot(uint256[] memory query, bytes calldata row) private pure returns (uint256) {
        uint256[] memory lanes = new uint256[](LANES);
        for (uint256 lane = 0; lane < LANES; lane++) {
            uint256 sum = 0;
            for (uint256 i = lane; i < query.length; i += LANES) {
                sum = Binary32.fma(query[i], Binary32.fromHalf(LittleEndian.u16(row, i)), sum);
            }
            lanes[lane] = sum;
        }
        return Lanes.fold(lanes);
    }

    /// @dev out_i = fma(weight, v_i, out_i).
    function _addRow(uint256[] memory out, uint256 weight, bytes calldata row) private pure {
        for (uint256 i = 0; i < out.length; i++) {
            out[i] = Binary32.fma(weight, Binary32.fromHalf(LittleEndian.u16(row, i)), out[i]);
        }
    }

    /// @dev The leaf of a chunk with this content: keccak256(0x00 || salt || numbers).
    function _leaf(bytes calldata salt, uint256[] memory numbers) private pure returns (bytes32 hash) {
        // Written beyond the free-memory pointer, which stays; each number's store is overwritten from its fourth byte on by the next.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 0)
            calldatacopy(add(start, 1), salt.offset, salt.length)
            let offset := add(add(start, 1), salt.length)
            let from := add(numbers, 0x20)
            for { let end := add(from, shl(5, mload(numbers))) } lt(from, end) { from := add(from, 0x20) } {
                let v := mload(from)
                v := or(shl(8, and(v, 0x00ff00ff)), and(shr(8, v), 0x00ff00ff))
                mstore(offset, shl(224, or(shl(16, and(v, 0xffff)), shr(16, v))))
                offset := add(offset, 4)
            }
            hash := keccak256(start, sub(offset, start))
        }
    }

    /// @dev M: the running maximum after the last chunk.
    function _greatest(StepClaim calldata s, bytes32 chunkRoot, ChunkOpening calldata o)
        private
        pure
        returns (uint256)
    {
        uint256 last = OperatorLayout.chunkCount(s.context) - 1;
        uint256 count = _positions(s, last);
        return LittleEndian.u32(Openings.chunk(s, chunkRoot, last, 4 * (count + 1), o), count);
    }

    /// @dev Positions of chunk c up to p.
    function _positions(StepClaim calldata s, uint256 c) private pure returns (uint256) {
        uint256 left = uint256(s.context.position) + 1 - c * CHUNK;
        return left < CHUNK ? left : CHUNK;
    }

    function _kvHead(StepClaim calldata s, uint256 head) private pure returns (uint256) {
        return head / (s.context.config.headCount / s.context.config.kvHeadCount);
    }

    function _allFinite(uint256[] memory numbers) private pure returns (bool) {
        for (uint256 i = 0; i < numbers.length; i++) {
            if (!Binary32.isFinite(numbers[i])) return false;
        }
        return true;
    }
}

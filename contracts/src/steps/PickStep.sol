// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {GumbelNoise} from "../libraries/GumbelNoise.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {Witness} from "../libraries/Witness.sol";
import {Operator, PickWitness, StepClaim} from "../types/DisputeTypes.sol";
import {Step} from "./Step.sol";

/// @title Judges the best of one segment of logits against one token's score
/// @notice The score is the logit, or fma(logit, invT, noise); the larger wins, equal ones (-0 = +0) go to the lower id (rulings 22 to 25).
contract PickStep is Step {
    /// @inheritdoc Step
    function _judge(StepClaim calldata s, Operator op, uint256, uint256 element, uint256, bytes calldata witness)
        internal
        view
        override
        returns (bool)
    {
        if (op != Operator.Pick) revert Step_NotMine(op);
        _requireIn(element, 0, s.context.config.vocabularySize);
        PickWitness calldata w = Witness.pick(witness);
        uint256 score = _score(s, element, Openings.value(s, s.group, Operator.Logits, element, w.logit));
        if (!Binary32.isFinite(score)) return true;
        return _contradicts(s, element, score, Openings.claimedFlat(s, op, 0, Openings.PICK, w.output));
    }

    /// @dev Whether a token's score contradicts its segment's best, or that best is none of the segment.
    function _contradicts(StepClaim calldata s, uint256 token, uint256 score, bytes calldata content)
        private
        pure
        returns (bool)
    {
        uint256 length = OperatorLayout.segmentLength(s.context, Operator.Logits);
        uint256 segment = token / length;
        uint256 best = LittleEndian.u32(content, 2 * segment);
        uint256 id = LittleEndian.u32(content, 2 * segment + 1);
        if (!Binary32.isFinite(best) || id / length != segment || id >= s.context.config.vocabularySize) return true;
        if (token == id) return score != best;
        return Binary32.lt(best, score) || (Binary32.eq(best, score) && token < id);
    }

    function _score(StepClaim calldata s, uint256 id, uint256 logit) private pure returns (uint256) {
        if (s.context.sampling.greedy) return logit;
        uint256 noise = GumbelNoise.noise(s.context.sampling.seed, uint256(s.context.position) + 1, id);
        return Binary32.fma(logit, s.context.sampling.inverseTemperatureBits, noise);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {Operator, StepClaim} from "../types/DisputeTypes.sol";

/// @title A part of the step verifier: judges some of the operators
/// @notice Each `_judge` follows one form: find the unit, open its inputs at places derived from the claim, recompute, compare bits.
abstract contract Step is IStepVerifier {
    error Step_NotMine(Operator op);
    error Step_OutsideUnit(uint256 element, uint256 first, uint256 end);
    error Step_NoSuchPart(uint256 part, uint256 parts);

    /// @inheritdoc IStepVerifier
    function isWrong(StepClaim calldata claim, uint32 element, uint32 part, bytes calldata witness)
        external
        view
        returns (bool)
    {
        (Operator op, uint256 unit) = OperatorLayout.locate(claim.context, claim.group, claim.index);
        uint256 parts = OperatorLayout.planeCount(claim.context, op);
        if (part >= parts) revert Step_NoSuchPart(part, parts);
        return _judge(claim, op, unit, element, part, witness);
    }

    /// @dev As `isWrong`, with the operator and unit of the claimed entry; `part` is in range.
    function _judge(
        StepClaim calldata s,
        Operator op,
        uint256 unit,
        uint256 element,
        uint256 part,
        bytes calldata witness
    ) internal view virtual returns (bool);

    /// @dev Reverts unless the element lies in the claimed segment.
    function _requireInSegment(StepClaim calldata s, Operator op, uint256 unit, uint256 element) internal pure {
        uint256 first = unit * OperatorLayout.segmentLength(s.context, op);
        _requireIn(element, first, first + OperatorLayout.segmentElements(s.context, op, unit));
    }

    function _requireIn(uint256 element, uint256 first, uint256 end) internal pure {
        if (element < first || element >= end) revert Step_OutsideUnit(element, first, end);
    }

    /// @dev The model's layer of the claim's group, or 0 for the tensors of no layer.
    function _layer(StepClaim calldata s) internal pure returns (uint256) {
        return s.group > s.context.layerCount ? 0 : OperatorLayout.layerOf(s.context, s.group);
    }
}

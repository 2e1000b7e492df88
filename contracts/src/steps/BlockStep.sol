// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BlockQuantizer} from "../libraries/BlockQuantizer.sol";
import {LittleEndian} from "../libraries/LittleEndian.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {Operator, StepClaim} from "../types/DisputeTypes.sol";
import {Step} from "./Step.sol";

/// @title What the parts that judge blocks of quantised vectors share
abstract contract BlockStep is Step {
    /// @dev Bytes of a block in a content: its scale and its values.
    uint256 private constant BLOCK_BYTES = 36;

    /// @dev The number of a block in the claimed segment, in which it must lie, and the segment's blocks.
    function _blockOf(StepClaim calldata s, Operator op, uint256 unit, uint256 element)
        internal
        pure
        returns (uint256 number, uint256 blocks)
    {
        uint256 first = unit * (OperatorLayout.SEGMENT / OperatorLayout.BLOCK);
        blocks = OperatorLayout.contentLength(s.context, op, unit) / BLOCK_BYTES;
        _requireIn(element, first, first + blocks);
        number = element - first;
    }

    /// @dev How many elements of a block are no padding.
    function _elementsOf(StepClaim calldata s, Operator op, uint256 element) internal pure returns (uint256 count) {
        count = OperatorLayout.elementCount(s.context, op) - element * OperatorLayout.BLOCK;
        if (count > OperatorLayout.BLOCK) count = OperatorLayout.BLOCK;
    }

    /// @dev Whether the committed scale and values are not those of `x`, or an element of `x` is not finite.
    /// @param content All scales of the segment, then all its values.
    function _blockDiffers(uint256[32] memory x, bytes calldata content, uint256 number, uint256 blocks)
        internal
        pure
        returns (bool)
    {
        (uint256 scale, uint256 packed, bool finite) = BlockQuantizer.quantizeBlock(x);
        uint256 from = 4 * blocks + OperatorLayout.BLOCK * number;
        return
            !finite || LittleEndian.u32(content, number) != scale || uint256(bytes32(content[from:from + 32])) != packed;
    }
}

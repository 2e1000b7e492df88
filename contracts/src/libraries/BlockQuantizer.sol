// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "./Binary32.sol";

/// @title Activations to int8 in blocks of 32
/// @notice The rule of one block (rulings 1, 2, 3): one binary32 scale and an int8 per element.
library BlockQuantizer {
    /// @dev Bits of 2^-100: a block whose largest magnitude is below becomes zero.
    uint256 private constant TINY = 0x0d800000;
    uint256 private constant F127 = 0x42fe0000;

    /// @notice Scale and inverse of a block.
    /// @param largest The largest magnitude of the block: max of bits & 0x7fffffff.
    /// @return scale a / 127, or +0 for a tiny block.
    /// @return inverse 127 / a, or +0 for a tiny block (all elements are 0 then).
    function scaleOf(uint256 largest) internal pure returns (uint256 scale, uint256 inverse) {
        if (largest < TINY) return (0, 0);
        return (Binary32.div(largest, F127), Binary32.div(F127, largest));
    }

    /// @notice One element: x * inverse rounded to the nearest integer, halves to even, clamped to [-127, 127].
    function quantize(uint256 x, uint256 inverse) internal pure returns (int256 q) {
        q = Binary32.toInt(Binary32.mul(x, inverse));
        if (q > 127) return 127;
        if (q < -127) return -127;
    }

    /// @notice One block of 32 elements.
    /// @param x 32 words of bits; the tail of a short block counts as zeros.
    /// @return scale The scale's bits.
    /// @return packed The 32 int8, element 0 in the most significant byte: the bytes as they lie in the content.
    /// @return finite False if an element is an infinity or a NaN; the rest means nothing then.
    function quantizeBlock(uint256[32] memory x) internal pure returns (uint256 scale, uint256 packed, bool finite) {
        uint256 largest;
        assembly ("memory-safe") {
            for { let at := 0 } lt(at, 0x400) { at := add(at, 0x20) } {
                let magnitude := and(mload(add(x, at)), 0x7fffffff)
                if gt(magnitude, largest) { largest := magnitude }
            }
        }
        if (largest >= Binary32.INFINITY) return (0, 0, false);
        uint256 inverse;
        (scale, inverse) = scaleOf(largest);
        if (inverse == 0) return (0, 0, true);
        for (uint256 i = 0; i < 32; ++i) {
            packed = (packed << 8) | (uint256(quantize(x[i], inverse)) & 0xff);
        }
        finite = true;
    }
}

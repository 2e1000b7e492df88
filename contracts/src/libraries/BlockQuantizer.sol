// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "./Binary32.sol";
import {LittleEndian} from "./LittleEndian.sol";

/// @title Quantisation of 32 activations to int8 (rulings 1 to 3)
library BlockQuantizer {
    /// @dev 2^-100: a block of smaller magnitude is zero.
    uint256 private constant TINY = 0x0d800000;
    uint256 private constant F127 = 0x42fe0000;

    /// @notice Whether the committed scale and values are not those of `x`, or an element of `x` is not finite.
    /// @param x 32 numbers.
    /// @param content All scales of the segment, then all its int8.
    /// @param number Of the block in the segment.
    /// @param blocks Of the segment.
    function differs(uint256[] memory x, bytes calldata content, uint256 number, uint256 blocks)
        internal
        pure
        returns (bool)
    {
        uint256 largest = 0;
        for (uint256 i = 0; i < 32; i++) {
            uint256 magnitude = x[i] & Binary32.MAGNITUDE;
            if (magnitude > largest) largest = magnitude;
        }
        if (!Binary32.isFinite(largest)) return true;
        (uint256 scale, uint256 values) = (0, 0);
        if (largest >= TINY) {
            scale = Binary32.div(largest, F127);
            values = _values(x, Binary32.div(F127, largest));
        }
        return LittleEndian.u32(content, number) != scale
            || uint256(bytes32(content[4 * blocks + 32 * number:4 * blocks + 32 * number + 32])) != values;
    }

    /// @dev The 32 values as bytes, the first one on top.
    function _values(uint256[] memory x, uint256 inverse) private pure returns (uint256 values) {
        for (uint256 i = 0; i < 32; i++) {
            int256 q = Binary32.toInt(Binary32.mul(x[i], inverse));
            if (q > 127) q = 127;
            if (q < -127) q = -127;
            values = values << 8 | uint256(q) & 0xff;
        }
    }
}

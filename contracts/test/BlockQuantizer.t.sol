// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../src/libraries/Binary32.sol";
import {BlockQuantizer} from "../src/libraries/BlockQuantizer.sol";

import {Assertions} from "./support/Assertions.sol";

/// @notice Rulings 1 to 3: scales, ties, tiny blocks, and the bytes of a block. Single elements are fuzzed against C# by the bench.
contract BlockQuantizerTest is Assertions {
    uint256 private constant F127 = 0x42fe0000;

    /// With 127 as the largest element the scale is 1, so elements are only rounded.
    function test_quantizeBlock_largest127_roundsHalvesToEven() external pure {
        uint256[32] memory x;
        (x[0], x[1], x[2], x[3]) = (F127, 0x3f000000, 0x3fc00000, 0x40200000); // 127, 0.5, 1.5, 2.5
        (x[4], x[5], x[6], x[31]) = (0xbf000000, 0xbfc00000, 0x80000000, 0xc2fdffff); // -0.5, -1.5, -0, -126.99999
        (uint256 scale, uint256 packed, bool finite) = BlockQuantizer.quantizeBlock(x);
        assertTrue(finite, "finite");
        assertEq(scale, Binary32.ONE, "scale");
        assertEq(packed, (0x7f_00_02_02_00_fe_00 << 200) | 0x81, "bytes");
    }

    function test_quantizeBlock_tinyLargest_isZero() external pure {
        uint256[32] memory x;
        (x[3], x[7]) = (0x0d7fffff, 0x8d7fffff);
        (uint256 scale, uint256 packed, bool finite) = BlockQuantizer.quantizeBlock(x);
        assertTrue(finite && scale == 0 && packed == 0, "below 2^-100");
        x[7] = 0x8d800000;
        (scale, packed, finite) = BlockQuantizer.quantizeBlock(x);
        assertEq(scale, 0x0a010204, "2^-100 / 127");
        assertEq((packed >> (8 * (31 - 7))) & 0xff, 0x81, "-127");
    }

    function test_quantizeBlock_nonFinite_isFlagged() external pure {
        uint256[3] memory bad = [uint256(0x7f800000), 0xff800000, 0x7fc00001];
        for (uint256 i = 0; i < bad.length; ++i) {
            uint256[32] memory x;
            (x[0], x[31]) = (F127, bad[i]);
            (,, bool finite) = BlockQuantizer.quantizeBlock(x);
            assertFalse(finite, "not finite");
        }
    }

    function testFuzz_quantizeBlock_isScaleOfAndQuantize(uint256 seed) external pure {
        uint256[32] memory x;
        uint256 largest;
        for (uint256 i = 0; i < 32; ++i) {
            x[i] = uint256(keccak256(abi.encode(seed, i))) & 0xbfffffff;
            if (x[i] & 0x7fffffff > largest) largest = x[i] & 0x7fffffff;
        }
        (uint256 scale, uint256 packed, bool finite) = BlockQuantizer.quantizeBlock(x);
        (uint256 expected, uint256 inverse) = BlockQuantizer.scaleOf(largest);
        assertTrue(finite, "finite");
        assertEq(scale, expected, "scale");
        for (uint256 i = 0; i < 32; ++i) {
            int256 q = BlockQuantizer.quantize(x[i], inverse);
            assertTrue(q >= -127 && q <= 127, "range");
            assertEq((packed >> (8 * (31 - i))) & 0xff, uint256(q) & 0xff, "element");
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../src/libraries/Binary32.sol";
import {GumbelNoise} from "../src/libraries/GumbelNoise.sol";
import {Philox} from "../src/libraries/Philox.sol";

import {Assertions} from "./support/Assertions.sol";

/// @notice The noise of rulings 22 to 24: golden values of the definition, and how a seed is read.
contract GumbelNoiseTest is Assertions {
    /// u = 2^-24, 2^-2 + 2^-24 and 1 - 2^-24: the least, one in between and the greatest.
    function test_fromWord_golden() external pure {
        assertEq(GumbelNoise.fromWord(0), 0xc033f049, "least u");
        assertEq(GumbelNoise.fromWord(0x1ff), 0xc033f049, "the lowest 9 bits do not count");
        assertEq(GumbelNoise.fromWord(1 << 30), 0xbea73c95, "u just above a quarter");
        assertEq(GumbelNoise.fromWord(0xffffffff), 0x41851592, "greatest u");
    }

    /// Key = bytes 0..7, counter = (position, id / 4, bytes 8..11, bytes 12..15), all little-endian; word id % 4.
    function test_noise_readsTheSeedLittleEndian() external pure {
        bytes32 seed = 0x000102030405060708090a0b0c0d0e0fffffffffffffffffffffffffffffffff;
        uint256 words = Philox.generate(0x0f0e0d0c_0b0a0908_00000007_00000064, 0x07060504_03020100);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 word = (words >> (32 * i)) & 0xffffffff;
            assertEq(GumbelNoise.noise(seed, 100, 28 + i), GumbelNoise.fromWord(word), "noise");
        }
    }

    function testFuzz_noise_isFiniteAndInRange(bytes32 seed, uint32 position, uint32 id) external pure {
        uint256 g = GumbelNoise.noise(seed, position, id);
        assertTrue(Binary32.le(g, 0x41851592) && Binary32.le(0xc033f049, g), "between the golden extremes");
    }
}

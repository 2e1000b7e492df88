// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Philox} from "../src/libraries/Philox.sol";

import {Assertions} from "./support/Assertions.sol";

/// @notice The known answers that Random123 publishes for Philox4x32-10; words lowest first.
contract PhiloxTest is Assertions {
    function test_generate_knownAnswers() external pure {
        assertEq(Philox.generate(0, 0), 0x9b00dbd8_bc57ac4c_e169c58d_6627e8d5, "zeros");
        assertEq(Philox.generate(type(uint128).max, type(uint64).max), 0x6d5451fd_a20bc7c6_41c83b0e_408f276d, "ones");
        assertEq(
            Philox.generate(0x03707344_13198a2e_85a308d3_243f6a88, 0x299f31d0_a4093822),
            0x24126ea1_5001e420_94fdcceb_d16cfe09,
            "digits of pi"
        );
    }

    function testFuzz_generate_ignoresWhatIsAbove(uint128 counter, uint64 key, uint64 above) external pure {
        uint256 words = Philox.generate(counter, key);
        assertEq(Philox.generate(counter | (uint256(above) << 128), key | (uint256(above) << 64)), words, "words");
        assertTrue(words >> 128 == 0, "128 bits");
    }
}

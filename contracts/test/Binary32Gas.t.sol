// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../src/libraries/Binary32.sol";
import {BlockQuantizer} from "../src/libraries/BlockQuantizer.sol";
import {GumbelNoise} from "../src/libraries/GumbelNoise.sol";
import {Philox} from "../src/libraries/Philox.sol";

import {Assertions} from "./support/Assertions.sol";

/// @notice What one operation costs, measured as gas between two readings less that of an empty stretch.
contract Binary32GasTest is Assertions {
    event Gas(string name, uint256 gas);
    uint256 private constant A = 0x3f8ccccd;
    uint256 private constant B = 0xbf19999a;
    uint256 private constant C = 0x3dcccccd;

    function test_gas() external {
        uint256 a = A; uint256 b = B; uint256 c = C;
        assembly { a := sload(1000) b := sload(1001) c := sload(1002) }
        a = a ^ A; b = b ^ B; c = c ^ C;
        uint256 r;
        uint256 g = gasleft(); uint256 empty = g - gasleft();
        g = gasleft(); r = Binary32.add(a, b); emit Gas("add", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.mul(a, b); emit Gas("mul", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.div(a, b); emit Gas("div", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.fma(a, b, c); emit Gas("fma", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.fma(a, b, 0); emit Gas("fma0", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.fma(0, b, c); emit Gas("fma far", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.sqrt(a); emit Gas("sqrt", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.expNeg(b); emit Gas("exp", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.ln(a); emit Gas("ln", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.maxTotal(a, b); emit Gas("max", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.lt(a, b) ? 1 : 0; emit Gas("lt", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.fromInt(-33); emit Gas("fromInt", g - gasleft() - empty);
        g = gasleft(); r ^= uint256(Binary32.toInt(a)); emit Gas("toInt", g - gasleft() - empty);
        g = gasleft(); r ^= Binary32.fromHalf(0x3c01); emit Gas("fromHalf", g - gasleft() - empty);
        g = gasleft(); r ^= Philox.generate(a, b); emit Gas("philox", g - gasleft() - empty);
        g = gasleft(); r ^= GumbelNoise.noise(bytes32(a), b, c); emit Gas("gumbel", g - gasleft() - empty);
        uint256[32] memory x;
        for (uint256 i = 0; i < 32; ++i) x[i] = a + i * 1000;
        g = gasleft(); (r, , ) = BlockQuantizer.quantizeBlock(x); emit Gas("block", g - gasleft() - empty);
        assembly { sstore(3, r) }
    }
}

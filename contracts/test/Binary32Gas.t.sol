// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../src/libraries/Binary32.sol";
import {BlockQuantizer} from "../src/libraries/BlockQuantizer.sol";
import {GumbelNoise} from "../src/libraries/GumbelNoise.sol";
import {Philox} from "../src/libraries/Philox.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

/// @notice What one operation costs where it is called, compared with snapshots/Binary32.json.
/// @dev After a change that is meant: FORGE_SNAPSHOT_CHECK=false forge test --match-contract Binary32GasTest, and commit the file.
contract Binary32GasTest is Assertions {
    // Ordinary numbers; read from storage so that the compiler cannot compute with them.
    uint256 private _a = 0x3f8ccccd;
    uint256 private _b = 0xbf19999a;
    uint256 private _c = 0x3dcccccd;
    uint256 private _zero = 0;
    uint256 private _tiny = 0x00000123;
    uint256 private _kept;

    function test_gas_sumsAndProducts() external {
        (uint256 a, uint256 b, uint256 c) = (_a, _b, _c);
        (uint256 zero, uint256 tiny) = (_zero, _tiny);
        uint256 r;
        uint256 g = gasleft();
        r = a ^ b;
        g -= gasleft();
        uint256 empty = g;
        g = gasleft();
        r = Binary32.add(a, b);
        g -= gasleft();
        _note("add", g - empty, r);
        g = gasleft();
        r = Binary32.add(zero, b);
        g -= gasleft();
        _note("add, +0", g - empty, r);
        g = gasleft();
        r = Binary32.mul(a, b);
        g -= gasleft();
        _note("mul", g - empty, r);
        g = gasleft();
        r = Binary32.mul(tiny, b);
        g -= gasleft();
        _note("mul, subnormal", g - empty, r);
        g = gasleft();
        r = Binary32.fma(a, b, c);
        g -= gasleft();
        _note("fma", g - empty, r);
        g = gasleft();
        r = Binary32.fma(a, b, zero);
        g -= gasleft();
        _note("fma, onto +0", g - empty, r);
        g = gasleft();
        r = Binary32.fmaInt(int256(a), b, c);
        g -= gasleft();
        _note("fmaInt", g - empty, r);
        g = gasleft();
        r = Binary32.mulHalf(a >> 16, b);
        g -= gasleft();
        _note("mulHalf", g - empty, r);
        g = gasleft();
        r = Binary32.div(a, b);
        g -= gasleft();
        _note("div", g - empty, r);
        g = gasleft();
        r = Binary32.sqrt(a);
        g -= gasleft();
        _note("sqrt", g - empty, r);
    }

    function test_gas_others() external {
        (uint256 a, uint256 b, uint256 c) = (_a, _b, _c);
        uint256 r;
        uint256 g = gasleft();
        r = a ^ b;
        g -= gasleft();
        uint256 empty = g;
        g = gasleft();
        r = Binary32.maxTotal(a, b);
        g -= gasleft();
        _note("maxTotal", g - empty, r);
        g = gasleft();
        r = Binary32.lt(a, b) ? 1 : 0;
        g -= gasleft();
        _note("lt", g - empty, r);
        g = gasleft();
        r = Binary32.fromInt(int256(a));
        g -= gasleft();
        _note("fromInt", g - empty, r);
        g = gasleft();
        r = uint256(Binary32.toInt(a));
        g -= gasleft();
        _note("toInt", g - empty, r);
        g = gasleft();
        r = Binary32.fromHalf(a >> 16);
        g -= gasleft();
        _note("fromHalf", g - empty, r);
        g = gasleft();
        (r,) = Binary32.toHalf(a);
        g -= gasleft();
        _note("toHalf", g - empty, r);
        g = gasleft();
        r = Binary32.expNeg(b);
        g -= gasleft();
        _note("expNeg", g - empty, r);
        g = gasleft();
        r = Binary32.ln(a);
        g -= gasleft();
        _note("ln", g - empty, r);
        g = gasleft();
        r = Philox.generate(a, b);
        g -= gasleft();
        _note("philox", g - empty, r);
        g = gasleft();
        r = GumbelNoise.noise(bytes32(a << 200), b, c);
        g -= gasleft();
        _note("noise", g - empty, r);
    }

    function test_gas_quantizeBlock() external {
        uint256 a = _a;
        uint256[32] memory x;
        for (uint256 i = 0; i < 32; ++i) {
            x[i] = a + i * 0x12345;
        }
        uint256 g = gasleft();
        (uint256 r,,) = BlockQuantizer.quantizeBlock(x);
        g -= gasleft();
        _note("quantizeBlock", g, r);
    }

    function _note(string memory name, uint256 gas, uint256 result) private {
        _kept ^= result;
        vm.snapshotValue("Binary32", name, gas);
    }
}

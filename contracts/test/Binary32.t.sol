// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../src/libraries/Binary32.sol";
import {BlockQuantizer} from "../src/libraries/BlockQuantizer.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

/// @notice Binary32 against the vectors of scripts/make-binary32-vectors.mjs, the golden values of the arithmetic's definition, and laws.
contract Binary32Test is Assertions {
    error Binary32Test_Differs(uint256 index, uint256 a, uint256 b, uint256 c, uint256 result, uint256 expected);

    function test_add_vectors() external view {
        _pairs(".add", Binary32.add);
    }

    function test_sub_vectors() external view {
        _pairs(".sub", Binary32.sub);
    }

    function test_mul_vectors() external view {
        _pairs(".mul", Binary32.mul);
    }

    function test_div_vectors() external view {
        _pairs(".div", Binary32.div);
    }

    function test_fma_vectors() external view {
        bytes memory v = _vectors(".fma");
        for (uint256 i = 0; i < v.length; i += 16) {
            (uint256 a, uint256 b, uint256 c) = (_word(v, i), _word(v, i + 4), _word(v, i + 8));
            uint256 r = Binary32.fma(a, b, c);
            if (r != _word(v, i + 12)) revert Binary32Test_Differs(i / 16, a, b, c, r, _word(v, i + 12));
        }
    }

    function test_sqrt_vectors() external view {
        _singles(".sqrt", Binary32.sqrt);
    }

    function test_fromHalf_vectors() external view {
        _singles(".fromHalf", Binary32.fromHalf);
    }

    function test_toHalf_vectors() external view {
        _singles(".toHalf", _toHalf);
    }

    function test_toInt_vectors() external view {
        _singles(".toInt", _toInt);
    }

    function test_fromInt_vectors() external view {
        _singles(".fromInt", _fromInt);
    }

    /// Rulings 13: the golden values, and the ends of the domain.
    function test_expNeg_golden() external pure {
        assertEq(Binary32.expNeg(0xbf800000), 0x3ebc5ab2, "e^a");
        assertEq(Binary32.expNeg(0xbf000000), 0x3f1b4598, "e^a");
        assertEq(Binary32.expNeg(0xc1200000), 0x383e6bce, "e^a");
        assertEq(Binary32.expNeg(0xc2ae0000), 0x00b33687, "e^a");
        assertEq(Binary32.expNeg(0xc2ae0001), 0, "e^a");
        assertEq(Binary32.expNeg(0xff800000), 0, "e^a");
        assertEq(Binary32.expNeg(0), Binary32.ONE, "e^a");
        assertEq(Binary32.expNeg(0x80000000), Binary32.ONE, "e^a");
        assertEq(Binary32.expNeg(0x80000001), Binary32.ONE, "e^a");
    }

    function _pairs(string memory key, function(uint256, uint256) view returns (uint256) operation) private view {
        bytes memory v = _vectors(key);
        for (uint256 i = 0; i < v.length; i += 12) {
            (uint256 a, uint256 b) = (_word(v, i), _word(v, i + 4));
            uint256 r = operation(a, b);
            if (r != _word(v, i + 8)) revert Binary32Test_Differs(i / 12, a, b, 0, r, _word(v, i + 8));
        }
    }

    function _singles(string memory key, function(uint256) view returns (uint256) operation) private view {
        bytes memory v = _vectors(key);
        for (uint256 i = 0; i < v.length; i += 8) {
            uint256 a = _word(v, i);
            uint256 r = operation(a);
            if (r != _word(v, i + 4)) revert Binary32Test_Differs(i / 8, a, 0, 0, r, _word(v, i + 4));
        }
    }

    function _toHalf(uint256 a) private pure returns (uint256) {
        (uint256 h, bool fits) = Binary32.toHalf(a);
        return fits ? h : 0xffff;
    }

    function _toInt(uint256 a) private pure returns (uint256) {
        return uint256(Binary32.toInt(a)) & 0xffffffff;
    }

    function _fromInt(uint256 n) private pure returns (uint256) {
        return Binary32.fromInt(int256(int32(uint32(n))));
    }

    function _vectors(string memory key) private view returns (bytes memory) {
        return vm.parseJsonBytes(vm.readFile("test/vectors/binary32.json"), key);
    }

    function _word(bytes memory v, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := shr(224, mload(add(add(v, 32), offset)))
        }
    }
}

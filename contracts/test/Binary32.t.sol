// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../src/libraries/Binary32.sol";

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

    function test_expNeg_vectors() external view {
        _singles(".expNeg", Binary32.expNeg);
    }

    function test_ln_vectors() external view {
        _singles(".ln", Binary32.ln);
    }

    /// Ruling 13: the golden values, and the ends of the domain.
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

    /// Ruling 24 at powers of two and at 1; the golden noise of GumbelNoise.t.sol covers the rest.
    function test_ln_exactCases() external pure {
        assertEq(Binary32.ln(Binary32.ONE), 0, "ln 1 = +0");
        assertEq(Binary32.ln(0x40000000), 0x3f317218, "ln 2");
        assertEq(Binary32.ln(0x3f000000), 0xbf317218, "ln 1/2");
    }

    /// Ruling 11: -0 is below +0, and the order is that of signed integers also for what is no number.
    function test_maxTotal_order() external pure {
        uint256[9] memory rising =
            [uint256(0xff800000), 0xbf800000, 0x80000001, 0x80000000, 0, 1, 0x3f800000, 0x7f7fffff, 0x7f800000];
        for (uint256 i = 0; i < rising.length; ++i) {
            for (uint256 j = 0; j < rising.length; ++j) {
                assertEq(Binary32.maxTotal(rising[i], rising[j]), rising[i > j ? i : j], "max");
            }
        }
    }

    function test_comparisons_order() external pure {
        uint256[9] memory rising =
            [uint256(0xff800000), 0xff7fffff, 0xbf800001, 0xbf800000, 0x80000001, 0, 1, 0x3f800000, 0x7f800000];
        for (uint256 i = 0; i < rising.length; ++i) {
            for (uint256 j = 0; j < rising.length; ++j) {
                assertTrue(Binary32.lt(rising[i], rising[j]) == (i < j), "lt");
                assertTrue(Binary32.le(rising[i], rising[j]) == (i <= j), "le");
                assertTrue(Binary32.eq(rising[i], rising[j]) == (i == j), "eq");
            }
        }
    }

    function test_comparisons_zerosAndNaNs() external pure {
        assertTrue(Binary32.eq(0, 0x80000000) && Binary32.le(0, 0x80000000) && Binary32.le(0x80000000, 0), "-0 = +0");
        assertFalse(Binary32.lt(0x80000000, 0) || Binary32.lt(0, 0x80000000), "-0 is not below +0");
        uint256 nan = Binary32.NAN;
        assertFalse(Binary32.eq(nan, nan) || Binary32.le(nan, nan) || Binary32.lt(nan, nan), "NaN");
        assertFalse(Binary32.le(0xffc00001, 0) || Binary32.lt(0xffc00001, 0) || Binary32.le(0, 0xffc00001), "-NaN");
        assertTrue(Binary32.lt(0xff800000, 0xff7fffff) && Binary32.lt(0x7f7fffff, 0x7f800000), "infinities");
    }

    function test_isFinite_boundaries() external pure {
        assertTrue(
            Binary32.isFinite(0x7f7fffff) && Binary32.isFinite(0xff7fffff) && Binary32.isFinite(0x80000000), "finite"
        );
        assertFalse(
            Binary32.isFinite(0x7f800000) || Binary32.isFinite(0xff800000) || Binary32.isFinite(0xffc00000), "not"
        );
    }

    function testFuzz_addAndMul_commute(uint32 a, uint32 b) external pure {
        assertEq(Binary32.add(a, b), Binary32.add(b, a), "a + b");
        assertEq(Binary32.mul(a, b), Binary32.mul(b, a), "a * b");
    }

    function testFuzz_sub_isAddOfTheNegated(uint32 a, uint32 b) external pure {
        uint256 difference = Binary32.sub(a, b);
        assertEq(difference, Binary32.add(a, Binary32.negate(b)), "a - b = a + -b");
        if (Binary32.isFinite(difference) && difference & 0x7fffffff != 0) {
            assertEq(Binary32.sub(b, a), Binary32.negate(difference), "b - a = -(a - b)");
        }
    }

    /// What fma shares with the operations it is made of; -0 is the addend that changes nothing.
    function testFuzz_fma_ofOneOrMinusZero(uint32 a, uint32 b, uint32 c) external pure {
        assertEq(Binary32.fma(a, Binary32.ONE, c), Binary32.add(a, c), "a * 1 + c");
        if (Binary32.isFinite(Binary32.mul(a, b))) {
            uint256 zero = (a ^ b) & 0x80000000;
            assertEq(Binary32.fma(a, b, zero), Binary32.mul(a, b), "a * b + zero of its sign");
        }
        assertEq(Binary32.fma(a, b, c), Binary32.fma(b, a, c), "b * a + c");
    }

    function testFuzz_fmaInt_isFmaOfTheInteger(int24 value, uint32 b, uint32 c) external pure {
        assertEq(Binary32.fmaInt(value, b, c), Binary32.fma(Binary32.fromInt(value), b, c), "fmaInt");
    }

    function testFuzz_mulHalf_isMulOfTheWidened(uint16 h, uint32 b) external pure {
        assertEq(Binary32.mulHalf(h, b), Binary32.mul(Binary32.fromHalf(h), b), "mulHalf");
    }

    /// Exactly between two numbers: to the even one, down and up.
    function test_shortCuts_ties() external pure {
        assertEq(Binary32.fmaInt(1, 0x33800000, 0x3f800000), 0x3f800000, "1 + 2^-24");
        assertEq(Binary32.fmaInt(3, 0x33800000, 0x3f800000), 0x3f800002, "1 + 3 * 2^-24");
        assertEq(Binary32.fmaInt(-1, 0xb3800000, 0xbf800001), 0xbf800000, "-(1 + 2^-23) + 2^-24");
        assertEq(Binary32.mulHalf(0x3c01, 0x3f800200), 0x3f802200, "(1 + 2^-10) * (1 + 2^-14)");
        assertEq(Binary32.mulHalf(0x3c01, 0x3f800600), 0x3f802602, "(1 + 2^-10) * (1 + 3 * 2^-14)");
    }

    /// Halves and numbers at the ends: the short cut holds for normal ones only.
    function test_mulHalf_allKinds() external pure {
        uint16[12] memory halves =
            [0, 0x8000, 1, 0x03ff, 0x0400, 0x0401, 0x3c00, 0xbc01, 0x7bff, 0x7c00, 0xfc00, 0x7e00];
        uint32[13] memory numbers = [
            0,
            0x80000000,
            1,
            0x007fffff,
            0x00800000,
            0x0c000001,
            0x3f800000,
            0xbf800001,
            0x7effffff,
            0x7f7fffff,
            0x7f800000,
            0xff800000,
            0x7fc00000
        ];
        for (uint256 i = 0; i < halves.length; ++i) {
            for (uint256 j = 0; j < numbers.length; ++j) {
                uint256 expected = Binary32.mul(Binary32.fromHalf(halves[i]), numbers[j]);
                assertEq(Binary32.mulHalf(halves[i], numbers[j]), expected, "mulHalf");
                expected = Binary32.fma(Binary32.fromHalf(halves[i]), numbers[j], 0x3f800000);
                assertEq(Binary32.fma(numbers[j], Binary32.fromHalf(halves[i]), 0x3f800000), expected, "fma");
                for (int256 n = -2; n <= 2; ++n) {
                    expected = Binary32.fma(Binary32.fromInt(n * 4194303), numbers[j], numbers[i]);
                    assertEq(Binary32.fmaInt(n * 4194303, numbers[j], numbers[i]), expected, "fmaInt");
                }
            }
        }
    }

    function testFuzz_div_byAPowerOfTwo_isMul(uint32 a, uint8 e) external pure {
        uint256 power = (1 + uint256(e) % 252) << 23;
        uint256 inverse = (0x7f000000 - power);
        assertEq(Binary32.div(a, power), Binary32.mul(a, inverse), "a / 2^n = a * 2^-n");
    }

    function testFuzz_sqrt_ofASquare(uint16 n) external pure {
        uint256 x = Binary32.fromInt(int256(uint256(n) & 0xfff));
        assertEq(Binary32.sqrt(Binary32.mul(x, x)), x, "root of an exact square");
    }

    /// All 65,536 of them.
    function test_halves_allComeBack() external pure {
        for (uint256 h = 0; h < 0x10000; ++h) {
            (uint256 back, bool fits) = Binary32.toHalf(Binary32.fromHalf(h));
            bool finite = h & 0x7c00 != 0x7c00;
            assertTrue(fits == finite, "fits");
            if (finite) assertEq(back, h, "half");
        }
    }

    function testFuzz_integers_comeBack(int24 n) external pure {
        int256 back = Binary32.toInt(Binary32.fromInt(n));
        assertEq(uint256(back), uint256(int256(n)), "integer");
    }

    function testFuzz_results_haveNothingAbove32Bits(uint32 a, uint32 b, uint32 c) external pure {
        uint256 all = Binary32.add(a, b) | Binary32.mul(a, b) | Binary32.div(a, b) | Binary32.fma(a, b, c);
        all |= Binary32.sqrt(a) | Binary32.mulHalf(a & 0xffff, b) | Binary32.maxTotal(a, b)
        | Binary32.fromHalf(c & 0xffff);
        assertTrue(all >> 32 == 0, "32 bits");
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

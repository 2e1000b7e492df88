// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "../libraries/Binary32.sol";
import {BlockQuantizer} from "../libraries/BlockQuantizer.sol";
import {GumbelNoise} from "../libraries/GumbelNoise.sol";
import {Philox} from "../libraries/Philox.sol";

/// @title Cases and results of binary32 operations, made on chain
/// @notice For the differential fuzz `teetee bench fuzz-binary32`, which draws the same cases and computes the same digests in C#. Not part of
/// the protocol, never deployed beside it. docs/arithmetic.md describes it.
contract Binary32Fuzz {
    /// @notice The operations by number; C# knows them by the same numbers.
    enum Operation {
        Add,
        Sub,
        Mul,
        Fma,
        Div,
        Sqrt,
        Compare,
        FromInt,
        ToInt,
        FromHalf,
        ToHalf,
        FmaInt,
        MulHalf,
        ExpNeg,
        Ln,
        Quantize,
        Philox,
        Noise,
        Planted
    }

    uint256 private constant SIGN = 0x80000000;
    uint256 private constant MASK = (1 << 128) - 1;
    /// @dev Odd numbers without a pattern: two that scramble the number of a case, one of the digest.
    uint256 private constant M1 = 0x9e3779b97f4a7c15f39cc0605cedc835;
    uint256 private constant M2 = 0xda942042e4dd58b5a0761d6478bd642f;
    uint256 private constant MD = 0x9e3779b97f4a7c15;

    /// @notice The digest of the results of the cases of draws first .. first + count - 1, three of each: its operands as drawn and rotated
    /// once and twice. d = d * MD + result, from 0, modulo 2^64.
    function run(Operation operation, uint64 seed, uint64 first, uint64 count) external pure returns (uint64) {
        function(uint256, uint256, uint256, uint256) pure returns (uint256) evaluator = _evaluatorOf(operation);
        uint256 table = _specials();
        uint256 shape = _shapeOf(operation);
        uint256 digest;
        unchecked {
            uint256 end = (uint256(seed) << 64) + first + count;
            for (uint256 i = end - count; i < end; ++i) {
                (uint256 a, uint256 b, uint256 c, uint256 mode) = _draw(i, shape, table);
                digest = digest * MD + evaluator(a, b, c, mode);
                digest = digest * MD + evaluator(b, c, a, mode);
                digest = digest * MD + evaluator(c, a, b, mode);
            }
        }
        return uint64(digest);
    }

    /// @notice One draw: a, b, c and mode as 32 bits each, a lowest; and the results of its three cases.
    function evaluate(Operation operation, uint64 seed, uint64 draw)
        external
        pure
        returns (uint128 operands, uint64[3] memory results)
    {
        (uint256 a, uint256 b, uint256 c, uint256 mode) =
            _draw((uint256(seed) << 64) + draw, _shapeOf(operation), _specials());
        operands = uint128(a | (b << 32) | (c << 64) | (mode << 96));
        function(uint256, uint256, uint256, uint256) pure returns (uint256) evaluator = _evaluatorOf(operation);
        results = [uint64(evaluator(a, b, c, mode)), uint64(evaluator(b, c, a, mode)), uint64(evaluator(c, a, b, mode))];
    }

    /// @dev The operands of a draw: 128 scrambled bits, three words of operands and one that chooses what is made of them.
    /// @param shape What kind 7 makes: 0 a sum that cancels, 1 a result at the edge of the range, 2 a quotient that is almost a number, 3 a
    /// square, 4 a product that c cancels.
    function _draw(uint256 i, uint256 shape, uint256 table)
        private
        pure
        returns (uint256 a, uint256 b, uint256 c, uint256 mode)
    {
        unchecked {
            assembly ("memory-safe") {
                let x := and(mul(i, M1), MASK)
                x := and(mul(xor(x, shr(64, x)), M2), MASK)
                x := xor(x, shr(64, x))
                mode := shr(96, x)
                x := and(x, 0xffffffffffffffffffffffff)
                let kind := and(mode, 7)
                if gt(kind, 1) {
                    switch gt(kind, 4)
                    case 0 {
                        switch kind
                        case 2 {
                            // Exponents near each other; c's near the product's.
                            let e := and(shr(23, x), 0xff)
                            let f := and(add(e, sub(and(shr(8, mode), 63), 32)), 0xff)
                            e := and(add(sub(add(e, f), 191), and(shr(16, mode), 127)), 0xff)
                            x := or(and(x, 0x807fffff807fffffffffffff), or(shl(55, f), shl(87, e)))
                        }
                        case 3 {
                            // Exponents from 96 to 159.
                            x := add(and(x, 0x9fffffff9fffffff9fffffff), 0x300000003000000030000000)
                        }
                        default {
                            // Special values in place of some or all.
                            if and(mode, 0x100) {
                                x := or(shl(32, shr(32, x)), mload(add(table, and(shl(5, x), 0x7e0))))
                            }
                            if and(mode, 0x200) {
                                x := or(
                                    and(x, 0xffffffff00000000ffffffff),
                                    shl(32, mload(add(table, and(shr(27, x), 0x7e0))))
                                )
                            }
                            if and(mode, 0x400) {
                                x := or(and(x, 0xffffffffffffffff), shl(64, mload(add(table, and(shr(59, x), 0x7e0)))))
                            }
                        }
                    }
                    default {
                        switch kind
                        case 5 {
                            // Short significands, which make ties; exponents from 96 to 159.
                            let keep := and(0xffffffff, shl(and(shr(8, mode), 31), 0xffffffff))
                            keep := or(keep, shl(32, and(0xffffffff, shl(and(shr(16, mode), 31), 0xffffffff))))
                            keep := or(keep, shl(64, shl(and(shr(24, mode), 31), 0xffffffff)))
                            x := add(and(and(x, keep), 0x9fffffff9fffffff9fffffff), 0x300000003000000030000000)
                        }
                        case 6 {
                            // a of exponent 0 to 3, b of 96 to 159, c of 0 to 15.
                            x := add(and(x, 0x87ffffff9fffffff81ffffff), 0x3000000000000000)
                        }
                        default { x := add(and(x, 0x9fffffff9fffffff9fffffff), 0x300000003000000030000000) }
                    }
                }
                a := and(x, 0xffffffff)
                b := and(shr(32, x), 0xffffffff)
                c := shr(64, x)
            }
            if (mode & 7 == 7) {
                uint256 step = ((mode >> 8) & 7) - 3;
                if (shape == 0) {
                    b = ((a ^ SIGN) + step + ((mode & 0x800) << 12)) & 0xffffffff;
                } else if (shape == 1) {
                    // The product's exponent is about 0 or 254.
                    uint256 e = ((mode >> 20) & 1) * 254 + 95 + ((mode >> 8) & 63) - ((a >> 23) & 0xff);
                    b = (b & 0x807fffff) | ((e & 0xff) << 23);
                } else if (shape == 2) {
                    if (mode & 0x800 == 0) {
                        a = (Binary32.mul(b, c) + step) & 0xffffffff;
                    } else {
                        // The quotient's exponent is about 0 or 254.
                        uint256 e = ((a >> 23) & 0xff) + 95 + ((mode >> 12) & 63) - ((mode >> 20) & 1) * 254;
                        b = (b & 0x807fffff) | ((e & 0xff) << 23);
                    }
                } else if (shape == 3) {
                    a = (Binary32.mul(b, b) + step) & 0xffffffff;
                } else {
                    c = ((Binary32.mul(a, b) ^ SIGN) + step) & 0xffffffff;
                }
            }
        }
    }

    function _shapeOf(Operation operation) private pure returns (uint256) {
        if (operation == Operation.Mul || operation == Operation.MulHalf || operation == Operation.Planted) return 1;
        if (operation == Operation.Div) return 2;
        if (operation == Operation.Sqrt) return 3;
        if (operation == Operation.Fma || operation == Operation.FmaInt) return 4;
        return 0;
    }

    /// @dev 64 values in memory, a word each: 32 magnitudes, then the same with the sign.
    function _specials() private pure returns (uint256 table) {
        uint256[4] memory packed = [
            uint256(0x00000000_00000001_00000002_00000003_00400000_007fffff_00800000_00800001),
            uint256(0x00ffffff_01000000_0d7fffff_0d800000_1f800000_20000001_33000000_33800000),
            uint256(0x33800001_3effffff_3f000000_3f7fffff_3f800000_3f800001_3fc00000_40000000),
            uint256(0x42fe0000_477fefff_477ff000_4b7fffff_4b800000_7f7fffff_7f800000_7f800001)
        ];
        uint256[64] memory words;
        for (uint256 i = 0; i < 32; ++i) {
            words[i] = (packed[i / 8] >> (224 - 32 * (i % 8))) & 0xffffffff;
            words[i + 32] = words[i] | SIGN;
        }
        assembly ("memory-safe") {
            table := words
        }
    }

    function _evaluatorOf(Operation operation)
        private
        pure
        returns (function(uint256, uint256, uint256, uint256) pure returns (uint256))
    {
        if (operation == Operation.Add) return _add;
        if (operation == Operation.Sub) return _sub;
        if (operation == Operation.Mul) return _mul;
        if (operation == Operation.Fma) return _fma;
        if (operation == Operation.Div) return _div;
        if (operation == Operation.Sqrt) return _sqrt;
        if (operation == Operation.Compare) return _compare;
        if (operation == Operation.FromInt) return _fromInt;
        if (operation == Operation.ToInt) return _toInt;
        if (operation == Operation.FromHalf) return _fromHalf;
        if (operation == Operation.ToHalf) return _toHalf;
        if (operation == Operation.FmaInt) return _fmaInt;
        if (operation == Operation.MulHalf) return _mulHalf;
        if (operation == Operation.ExpNeg) return _expNeg;
        if (operation == Operation.Ln) return _ln;
        if (operation == Operation.Quantize) return _quantize;
        if (operation == Operation.Philox) return _philox;
        if (operation == Operation.Noise) return _noise;
        return _planted;
    }

    function _add(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256) {
        return Binary32.add(a, b);
    }

    function _sub(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256) {
        return Binary32.sub(a, b);
    }

    function _mul(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256) {
        return Binary32.mul(a, b);
    }

    function _fma(uint256 a, uint256 b, uint256 c, uint256) private pure returns (uint256) {
        return Binary32.fma(a, b, c);
    }

    function _div(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256) {
        return Binary32.div(a, b);
    }

    function _sqrt(uint256 a, uint256, uint256, uint256) private pure returns (uint256) {
        return Binary32.sqrt(a);
    }

    /// @dev Bit 0 a < b, bit 1 a <= b, bit 2 a = b, bit 3 a finite; above 32 bits the larger in total order.
    function _compare(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256 r) {
        r = Binary32.maxTotal(a, b) << 32;
        if (Binary32.lt(a, b)) r |= 1;
        if (Binary32.le(a, b)) r |= 2;
        if (Binary32.eq(a, b)) r |= 4;
        if (Binary32.isFinite(a)) r |= 8;
    }

    function _fromInt(uint256 a, uint256, uint256, uint256 mode) private pure returns (uint256) {
        // Of any size: shifted right by 0 to 31.
        return Binary32.fromInt(int256(int32(uint32(a)) >> ((mode >> 8) & 31)));
    }

    function _toInt(uint256 a, uint256, uint256, uint256) private pure returns (uint256) {
        // Magnitudes from 2^31 on become ones below 2.
        if (a & 0x7fffffff >= 0x4f000000) a &= 0xbfffffff;
        return uint256(Binary32.toInt(a)) & 0xffffffff;
    }

    function _fromHalf(uint256 a, uint256, uint256, uint256) private pure returns (uint256) {
        return Binary32.fromHalf(a & 0xffff);
    }

    function _toHalf(uint256 a, uint256, uint256, uint256) private pure returns (uint256) {
        (uint256 h, bool fits) = Binary32.toHalf(a);
        return fits ? h : 0x10000;
    }

    function _fmaInt(uint256 a, uint256 b, uint256 c, uint256 mode) private pure returns (uint256) {
        return Binary32.fmaInt(int256(int32(uint32(a))) >> (8 + ((mode >> 12) & 15)), b, c);
    }

    function _mulHalf(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256) {
        return Binary32.mulHalf(a >> 16, b);
    }

    function _expNeg(uint256 a, uint256, uint256, uint256 mode) private pure returns (uint256) {
        // Half of the cases lie evenly over the bit patterns of -2^-19 .. -87.99, the rest as they come, NaNs as -infinity.
        if (mode & 0x1000 == 0) a = 0x36000000 + ((a * 0x0cb00000) >> 32);
        a |= SIGN;
        return Binary32.expNeg(a > 0xff800000 ? 0xff800000 : a);
    }

    function _ln(uint256 a, uint256, uint256, uint256) private pure returns (uint256) {
        // Positive and normal: below and above, the exponent becomes one of 128 to 131 or so.
        a &= 0x7fffffff;
        if (a < 0x00800000 || a >= 0x7f800000) a = (a & 0x01ffffff) | 0x40000000;
        return Binary32.ln(a);
    }

    /// @dev The scale, the inverse and one element, whose magnitude is at most the block's largest.
    function _quantize(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256) {
        a &= 0x7fffffff;
        if (a >= 0x7f800000) a &= 0x3fffffff;
        if (b & 0x7fffffff > a) b = (b & SIGN) | (b % (a + 1));
        (uint256 scale, uint256 inverse) = BlockQuantizer.scaleOf(a);
        return (scale << 32) ^ inverse ^ (uint256(BlockQuantizer.quantize(b, inverse)) << 56);
    }

    function _philox(uint256 a, uint256 b, uint256 c, uint256 mode) private pure returns (uint256 w) {
        w = Philox.generate(a | (b << 32) | (c << 64) | (mode << 96), (b ^ (c << 32)) & 0xffffffffffffffff);
        return w ^ (w >> 64);
    }

    /// @dev Seed bytes 0..15 are a, b, c and mode as big-endian words; the position is a ^ c, the token id b ^ mode.
    function _noise(uint256 a, uint256 b, uint256 c, uint256 mode) private pure returns (uint256) {
        bytes32 seed = bytes32((a << 224) | (b << 192) | (c << 160) | (mode << 128));
        return GumbelNoise.noise(seed, a ^ c, b ^ mode);
    }

    /// @dev Wrong on purpose, so that the bench can be seen to find it: a product whose ties go away from zero.
    function _planted(uint256 a, uint256 b, uint256, uint256) private pure returns (uint256 r) {
        r = Binary32.mul(a, b);
        uint256 p = (a >> 23) & 0xff;
        uint256 q = (b >> 23) & 0xff;
        uint256 e = (r >> 23) & 0xff;
        if (p == 0 || p == 255 || q == 0 || q == 255 || e == 0 || e == 255) return r;
        uint256 product = ((a & 0x7fffff) | 0x800000) * ((b & 0x7fffff) | 0x800000);
        uint256 cut = product >> 47 == 1 ? 24 : 23;
        uint256 rest = product & ((1 << cut) - 1);
        if (rest == 1 << (cut - 1) && (product >> cut) & 1 == 0) r += 1;
    }
}

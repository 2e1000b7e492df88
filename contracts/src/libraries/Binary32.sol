// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IEEE 754 binary32, rounding to nearest even
/// @notice Every function is exact for every bit pattern: subnormals, signed zeros, ties, infinities and NaNs. No flush to zero.
/// @dev A number is its 32 bits in the low end of a word; **the upper 224 bits must be zero** (nothing checks it).
/// Infinities and NaNs are operands and results as IEEE 754 has them, except that there is one NaN, `NAN`. So a chain of operations need
/// not be checked link by link where an infinity stays visible in its end (sums and products; not x / infinity): callers ask `isFinite`
/// of the results the protocol lists and give their verdict.
///
/// How it is made: the exact result is an integer in one word (a sum, a product, a quotient with more bits than any tie needs). It is
/// shifted so that its leading one is bit 254; then the lower 231 bits are rounded off. Adding the rounded significand *with* its leading
/// one to the exponent less one lets a carry run into the exponent, up to infinity.
/// The public functions work straight through as if operands and result were normal and not far apart, and ask once at the end whether
/// that was so ("odd"); if not, the private twins decide from the start. Those keep exponents less one, and 0 for subnormals, which makes
/// significand = magnitude - exponent * 2^23 for normals and subnormals alike.
library Binary32 {
    uint256 internal constant ONE = 0x3f800000;
    uint256 internal constant SIGN = 0x80000000;
    uint256 internal constant INFINITY = 0x7f800000;
    uint256 internal constant NAN = 0x7fc00000;
    uint256 internal constant MAGNITUDE = 0x7fffffff;
    /// @dev Just below half of 2^231: added together with the lowest bit kept, it rounds 231 bits off to nearest even.
    uint256 private constant ALMOST_HALF = (1 << 230) - 1;

    /// @notice Whether `a` is neither an infinity nor a NaN.
    function isFinite(uint256 a) internal pure returns (bool finite) {
        assembly ("memory-safe") {
            finite := lt(and(a, MAGNITUDE), INFINITY)
        }
    }

    /// @notice -a; also of a zero.
    function negate(uint256 a) internal pure returns (uint256) {
        return a ^ SIGN;
    }

    /// @notice a + b.
    function add(uint256 a, uint256 b) internal pure returns (uint256 r) {
        uint256 odd;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            let x := and(shr(23, b), 0xff)
            // In units of 2^-26 of b's last place, as if b were positive.
            let shift := add(sub(p, x), 26)
            let n :=
                add(
                    shl(shift, or(and(a, 0x7fffff), 0x800000)),
                    mul(shl(26, or(and(b, 0x7fffff), 0x800000)), sub(1, and(shr(30, xor(a, b)), 2)))
                )
            odd := or(or(eq(p, 255), eq(x, 255)), or(gt(shift, 52), iszero(mul(p, x))))
            p := sar(255, n)
            r := and(xor(a, p), SIGN)
            n := sub(xor(n, p), p)
            p := clz(n)
            x := sub(add(x, 205), p)
            odd := or(odd, or(gt(x, 253), iszero(n)))
            n := shl(sub(p, 1), n)
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
        if (odd != 0) return _addOdd(a, b);
    }

    /// @notice a - b.
    function sub(uint256 a, uint256 b) internal pure returns (uint256) {
        return add(a, b ^ SIGN);
    }

    /// @notice a * b.
    function mul(uint256 a, uint256 b) internal pure returns (uint256 r) {
        uint256 odd;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            let x := and(shr(23, b), 0xff)
            let n := mul(or(and(a, 0x7fffff), 0x800000), or(and(b, 0x7fffff), 0x800000))
            odd := or(or(eq(p, 255), eq(x, 255)), iszero(mul(p, x)))
            p := add(p, x)
            x := clz(n)
            n := shl(sub(x, 1), n)
            x := sub(add(p, 81), x)
            odd := or(odd, gt(x, 253))
            r := or(and(xor(a, b), SIGN), add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
        if (odd != 0) return _mulOdd(a, b);
    }

    /// @notice a * b + c with one rounding.
    function fma(uint256 a, uint256 b, uint256 c) internal pure returns (uint256 r) {
        uint256 odd;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            let q := and(shr(23, b), 0xff)
            let x := and(shr(23, c), 0xff)
            odd := or(or(eq(p, 255), eq(q, 255)), or(eq(x, 255), iszero(mul(mul(p, q), x))))
            q := sub(sub(add(p, q), x), 70)
            r := xor(a, b)
            // In units of 2^-80 of c's last place, as if the product were positive.
            let n :=
                add(
                    shl(q, mul(or(and(a, 0x7fffff), 0x800000), or(and(b, 0x7fffff), 0x800000))),
                    mul(shl(80, or(and(c, 0x7fffff), 0x800000)), sub(1, and(shr(30, xor(r, c)), 2)))
                )
            odd := or(odd, gt(q, 206))
            p := sar(255, n)
            r := and(xor(r, p), SIGN)
            n := sub(xor(n, p), p)
            p := clz(n)
            x := sub(add(x, 151), p)
            odd := or(odd, or(gt(x, 253), iszero(n)))
            n := shl(sub(p, 1), n)
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
        if (odd != 0) return _fmaOdd(a, b, c);
    }

    /// @notice fma(fromInt(value), b, c) for |value| < 2^24, without the conversion.
    function fmaInt(int256 value, uint256 b, uint256 c) internal pure returns (uint256 r) {
        uint256 odd;
        assembly ("memory-safe") {
            let q := and(shr(23, b), 0xff)
            let x := and(shr(23, c), 0xff)
            odd := or(or(eq(q, 255), eq(x, 255)), iszero(mul(q, x)))
            q := add(sub(q, x), 80)
            // In units of 2^-80 of c's last place, as if b were positive.
            let n :=
                add(
                    shl(q, mul(value, or(and(b, 0x7fffff), 0x800000))),
                    mul(shl(80, or(and(c, 0x7fffff), 0x800000)), sub(1, and(shr(30, xor(b, c)), 2)))
                )
            odd := or(odd, gt(q, 206))
            q := sar(255, n)
            r := and(xor(b, q), SIGN)
            n := sub(xor(n, q), q)
            q := clz(n)
            x := sub(add(x, 151), q)
            odd := or(odd, or(gt(x, 253), iszero(n)))
            n := shl(sub(q, 1), n)
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
        if (odd != 0) return _fmaOdd(fromInt(value), b, c);
    }

    /// @notice mul(fromHalf(h), b), without the conversion.
    function mulHalf(uint256 h, uint256 b) internal pure returns (uint256 r) {
        uint256 odd;
        assembly ("memory-safe") {
            let p := and(shr(10, h), 0x1f)
            let x := and(shr(23, b), 0xff)
            let n := mul(or(and(h, 0x3ff), 0x400), or(and(b, 0x7fffff), 0x800000))
            odd := or(or(eq(p, 31), eq(x, 255)), iszero(mul(p, x)))
            p := add(p, x)
            x := clz(n)
            n := shl(sub(x, 1), n)
            x := sub(add(p, 206), x)
            odd := or(odd, gt(x, 253))
            r := and(xor(shl(16, h), b), SIGN)
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
        if (odd != 0) return _mulOdd(fromHalf(h), b);
    }

    /// @notice a / b.
    function div(uint256 a, uint256 b) internal pure returns (uint256 r) {
        uint256 odd;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            let x := and(shr(23, b), 0xff)
            odd := or(or(eq(p, 255), eq(x, 255)), iszero(mul(p, x)))
            // At least 99 bits. A quotient of 24-bit numbers that is no tie differs from one within 51 bits, so the rest may be cut off.
            let n := div(shl(100, or(and(a, 0x7fffff), 0x800000)), or(and(b, 0x7fffff), 0x800000))
            p := sub(p, x)
            x := clz(n)
            n := shl(sub(x, 1), n)
            x := sub(add(p, 281), x)
            odd := or(odd, gt(x, 253))
            r := or(and(xor(a, b), SIGN), add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
        if (odd != 0) return _divOdd(a, b);
    }

    /// @notice The square root; -0 of -0, NaN of other negative numbers.
    function sqrt(uint256 a) internal pure returns (uint256 r) {
        if (a & MAGNITUDE == 0 || a == INFINITY) return a;
        if (a > INFINITY) return NAN;
        assembly ("memory-safe") {
            let e := shr(23, a)
            e := sub(e, iszero(iszero(e)))
            // The significand with an even exponent and 100 further bits: its root has 50 at least, and no root is a tie.
            let n := shl(add(100, iszero(and(e, 1))), sub(a, shl(23, e)))
            // A power of two at most twice the root, then Newton: 6 steps give more than 63 bits.
            let y := shl(shr(1, sub(257, clz(n))), 1)
            y := shr(1, add(y, div(n, y)))
            y := shr(1, add(y, div(n, y)))
            y := shr(1, add(y, div(n, y)))
            y := shr(1, add(y, div(n, y)))
            y := shr(1, add(y, div(n, y)))
            y := shr(1, add(y, div(n, y)))
            y := sub(y, gt(mul(y, y), n))
            let z := clz(y)
            // The unit of y is 2^(ceil(e / 2) - 125): that and 381 - z make the exponent less one.
            r := sub(add(shr(1, add(e, 1)), 256), z)
            y := shl(sub(z, 1), y)
            r := add(shl(23, r), shr(231, add(add(y, ALMOST_HALF), and(shr(231, y), 1))))
        }
    }

    /// @notice Whether a < b; zeros are equal, false with a NaN.
    function lt(uint256 a, uint256 b) internal pure returns (bool r) {
        assembly ("memory-safe") {
            let p := and(a, MAGNITUDE)
            let q := and(b, MAGNITUDE)
            r := iszero(or(gt(p, INFINITY), gt(q, INFINITY)))
            r := and(r, slt(mul(p, sub(1, and(shr(30, a), 2))), mul(q, sub(1, and(shr(30, b), 2)))))
        }
    }

    /// @notice Whether a <= b; zeros are equal, false with a NaN.
    function le(uint256 a, uint256 b) internal pure returns (bool r) {
        assembly ("memory-safe") {
            let p := and(a, MAGNITUDE)
            let q := and(b, MAGNITUDE)
            r := or(
                or(gt(p, INFINITY), gt(q, INFINITY)),
                sgt(mul(p, sub(1, and(shr(30, a), 2))), mul(q, sub(1, and(shr(30, b), 2))))
            )
            r := iszero(r)
        }
    }

    /// @notice Whether a = b; zeros are equal, false with a NaN.
    function eq(uint256 a, uint256 b) internal pure returns (bool r) {
        assembly ("memory-safe") {
            r := or(eq(a, b), iszero(and(or(a, b), MAGNITUDE)))
            r := and(r, iszero(gt(and(a, MAGNITUDE), INFINITY)))
        }
    }

    /// @notice The larger in the total order of ruling 11: as the signed integer bits ^ ((bits >> 31) & 0x7fffffff). -0 is below +0.
    function maxTotal(uint256 a, uint256 b) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := a
            let p := xor(a, or(SIGN, mul(shr(31, a), MAGNITUDE)))
            let q := xor(b, or(SIGN, mul(shr(31, b), MAGNITUDE)))
            if gt(q, p) { r := b }
        }
    }

    /// @notice An integer of magnitude below 2^127, rounded. Zero becomes +0.
    function fromInt(int256 value) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := and(shr(224, value), SIGN)
            if r { value := sub(0, value) }
            if value {
                let z := clz(value)
                value := shl(sub(z, 1), value)
                z := shl(23, sub(381, z))
                r := or(r, add(z, shr(231, add(add(value, ALMOST_HALF), and(shr(231, value), 1)))))
            }
        }
    }

    /// @notice A finite number rounded to the nearest integer, halves to even.
    function toInt(uint256 a) internal pure returns (int256 r) {
        assembly ("memory-safe") {
            let e := and(shr(23, a), 0xff)
            e := sub(e, iszero(iszero(e)))
            r := sub(and(a, MAGNITUDE), shl(23, e))
            // The unit of the significand is 2^(e - 149).
            switch lt(e, 149)
            case 0 { r := shl(sub(e, 149), r) }
            default {
                e := sub(149, e)
                r := shr(e, add(add(r, sub(shl(sub(e, 1), 1), 1)), and(shr(e, r), 1)))
            }
            if and(a, SIGN) { r := sub(0, r) }
        }
    }

    /// @notice A binary16 number, exactly.
    function fromHalf(uint256 h) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            let e := and(shr(10, h), 0x1f)
            r := shl(16, and(h, 0x8000))
            switch and(add(e, 1), 0x1e)
            case 0 {
                h := and(h, 0x3ff)
                switch e
                case 0 {
                    if h {
                        // h * 2^-24: the leading one is cut off by its own place in the exponent.
                        e := clz(h)
                        r := or(r, add(shl(23, sub(357, e)), shl(sub(e, 232), h)))
                    }
                }
                default {
                    r := or(r, INFINITY)
                    if h { r := NAN }
                }
            }
            default { r := or(r, add(shl(13, and(h, 0x7fff)), 0x38000000)) }
        }
    }

    /// @notice Rounded to binary16 as the KV cache stores it (ruling 16).
    /// @return h The half; of no meaning unless `fits`.
    /// @return fits False where |a| >= 65520 or `a` is a NaN.
    function toHalf(uint256 a) internal pure returns (uint256 h, bool fits) {
        assembly ("memory-safe") {
            h := and(a, MAGNITUDE)
            fits := lt(h, 0x477ff000)
            switch lt(h, 0x38800000)
            case 0 {
                h := sub(h, 0x38000000)
                h := shr(13, add(add(h, 0xfff), and(shr(13, h), 1)))
            }
            default {
                let e := shr(23, h)
                e := sub(e, iszero(iszero(e)))
                h := sub(h, shl(23, e))
                // The unit of the significand is 2^(e - 149), that of the half 2^-24.
                e := sub(125, e)
                h := shr(e, add(add(h, sub(shl(sub(e, 1), 1), 1)), and(shr(e, h), 1)))
            }
            h := or(h, and(shr(16, a), 0x8000))
        }
    }

    /// @notice e^a as ruling 13 defines it, for a <= 0 (also -0 and -infinity); at most 0.889 ulp from the true value.
    /// @dev For other arguments the result means nothing.
    function expNeg(uint256 a) internal pure returns (uint256 p) {
        // Below -87 the result is +0.
        if (a > 0xc2ae0000) return 0;
        int256 n = toInt(mul(a, 0x3fb8aa3b));
        uint256 f = fromInt(n);
        uint256 r = fma(f, 0xbf317200, a);
        r = fma(f, 0xb5bfbe8e, r);
        p = fma(0x39506967, r, 0x3ab743ce);
        p = fma(p, r, 0x3c088908);
        p = fma(p, r, 0x3d2aa9c1);
        p = fma(p, r, 0x3e2aaaaa);
        p = fma(p, r, 0x3f000000);
        p = fma(p, r, ONE);
        p = fma(p, r, ONE);
        assembly ("memory-safe") {
            // Times 2^n: the result is normal, so only the exponent changes.
            p := add(p, shl(23, n))
        }
    }

    /// @notice ln(a) as ruling 24 defines it, for a positive and normal; at most 0.813 ulp off on the inputs that occur.
    /// @dev For other arguments the result means nothing.
    function ln(uint256 a) internal pure returns (uint256 r) {
        uint256 e;
        uint256 m;
        assembly ("memory-safe") {
            e := sar(23, sub(a, 0x3f3504f3))
            m := sub(a, shl(23, e))
        }
        uint256 f = add(m, 0xbf800000);
        e = fromInt(int256(e));
        uint256 z = mul(f, f);
        uint256 p = fma(0x3d9021bb, f, 0xbdebd1b8);
        p = fma(p, f, 0x3def251a);
        p = fma(p, f, 0xbdfe5d4f);
        p = fma(p, f, 0x3e11e9bf);
        p = fma(p, f, 0xbe2aae50);
        p = fma(p, f, 0x3e4cceac);
        p = fma(p, f, 0xbe7ffffc);
        p = fma(p, f, 0x3eaaaaaa);
        p = mul(mul(p, z), f);
        p = fma(e, 0xb95e8083, p);
        p = fma(z, 0xbf000000, p);
        return fma(e, 0x3f318000, add(f, p));
    }

    /// @dev a + b for all operands.
    function _addOdd(uint256 a, uint256 b) private pure returns (uint256 r) {
        uint256 odd;
        uint256 x;
        uint256 n;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            x := and(shr(23, b), 0xff)
            odd := or(eq(p, 255), eq(x, 255))
            p := sub(p, iszero(iszero(p)))
            x := sub(x, iszero(iszero(x)))
            // The sum in units of 2^-26 of b's last place; further apart than 26 places the larger one is the sum.
            r := add(sub(p, x), 26)
            odd := or(odd, gt(r, 52))
            n := add(
                shl(r, mul(sub(and(a, MAGNITUDE), shl(23, p)), sub(1, and(shr(30, a), 2)))),
                shl(26, mul(sub(and(b, MAGNITUDE), shl(23, x)), sub(1, and(shr(30, b), 2))))
            )
        }
        if (odd != 0) return _addApart(a, b);
        assembly ("memory-safe") {
            r := and(shr(224, n), SIGN)
            if r { n := sub(0, n) }
            odd := clz(n)
            x := sub(add(x, 206), odd)
            odd := or(gt(x, 253), iszero(n))
            n := shl(sub(clz(n), 1), n)
        }
        if (odd != 0) return n == 0 ? a & b & SIGN : _edge(r, n, x);
        assembly ("memory-safe") {
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
    }

    /// @dev a * b for all operands.
    function _mulOdd(uint256 a, uint256 b) private pure returns (uint256 r) {
        uint256 odd;
        uint256 x;
        uint256 n;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            x := and(shr(23, b), 0xff)
            odd := or(eq(p, 255), eq(x, 255))
            p := sub(p, iszero(iszero(p)))
            x := sub(x, iszero(iszero(x)))
            n := mul(sub(and(a, MAGNITUDE), shl(23, p)), sub(and(b, MAGNITUDE), shl(23, x)))
            r := clz(n)
            x := sub(add(add(p, x), 83), r)
            odd := or(odd, or(gt(x, 253), iszero(n)))
            n := shl(sub(r, 1), n)
            r := and(xor(a, b), SIGN)
        }
        if (odd != 0) return isFinite(a) && isFinite(b) ? _edge(r, n, x) : _mulNonFinite(a, b);
        assembly ("memory-safe") {
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
    }

    /// @dev a * b + c for all operands.
    function _fmaOdd(uint256 a, uint256 b, uint256 c) private pure returns (uint256 r) {
        uint256 odd;
        uint256 x;
        uint256 n;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            let q := and(shr(23, b), 0xff)
            x := and(shr(23, c), 0xff)
            odd := or(or(eq(p, 255), eq(q, 255)), eq(x, 255))
            p := sub(p, iszero(iszero(p)))
            q := sub(q, iszero(iszero(q)))
            x := sub(x, iszero(iszero(x)))
            n := mul(sub(and(a, MAGNITUDE), shl(23, p)), sub(and(b, MAGNITUDE), shl(23, q)))
            n := mul(n, sub(1, and(shr(30, xor(a, b)), 2)))
            r := mul(sub(and(c, MAGNITUDE), shl(23, x)), sub(1, and(shr(30, c), 2)))
            // The sum in units of 2^-80 of c's last place, if the product's last place is within 2^-80 .. 2^126 of it.
            p := add(p, q)
            q := sub(sub(p, x), 69)
            switch gt(q, 206)
            case 0 { n := add(shl(q, n), shl(80, r)) }
            default {
                // One of the two is too small to be more than a sign below the other's last place.
                switch or(sgt(q, 206), iszero(r))
                case 0 { n := add(shl(80, r), or(sar(255, n), iszero(iszero(n)))) }
                default {
                    n := add(shl(80, n), or(sar(255, r), iszero(iszero(r))))
                    x := sub(p, 149)
                }
            }
            r := and(shr(224, n), SIGN)
            if r { n := sub(0, n) }
            q := clz(n)
            x := sub(add(x, 152), q)
            odd := or(odd, or(gt(x, 253), iszero(n)))
            n := shl(sub(q, 1), n)
        }
        if (odd != 0) {
            if (!(isFinite(a) && isFinite(b) && isFinite(c))) return _addApart(_mulNonFinite(a, b), c);
            return n == 0 ? (a ^ b) & c & SIGN : _edge(r, n, x);
        }
        assembly ("memory-safe") {
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
    }

    /// @dev a / b for all operands.
    function _divOdd(uint256 a, uint256 b) private pure returns (uint256 r) {
        uint256 odd;
        uint256 x;
        uint256 n;
        assembly ("memory-safe") {
            let p := and(shr(23, a), 0xff)
            x := and(shr(23, b), 0xff)
            odd := or(eq(p, 255), eq(x, 255))
            p := sub(p, iszero(iszero(p)))
            x := sub(x, iszero(iszero(x)))
            // At least 76 bits. A quotient of 24-bit numbers that is no tie differs from one within 51 bits, so the rest may be cut off.
            n := div(shl(100, sub(and(a, MAGNITUDE), shl(23, p))), sub(and(b, MAGNITUDE), shl(23, x)))
            r := clz(n)
            x := sub(add(sub(p, x), 281), r)
            odd := or(odd, or(gt(x, 253), iszero(n)))
            n := shl(sub(r, 1), n)
            r := and(xor(a, b), SIGN)
        }
        if (odd != 0) return n == 0 || !(isFinite(a) && isFinite(b)) ? _divSpecial(a, b) : _edge(r, n, x);
        assembly ("memory-safe") {
            r := or(r, add(shl(23, x), shr(231, add(add(n, ALMOST_HALF), and(shr(231, n), 1)))))
        }
    }

    /// @dev A result outside the normal numbers: zero, infinity, or subnormal.
    /// @param sign The sign bit.
    /// @param n The exact value, shifted so that its leading one is bit 254; or 0.
    /// @param x The biased exponent of the leading one, less one, as a signed number.
    function _edge(uint256 sign, uint256 n, uint256 x) private pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := sign
            if n {
                switch sgt(x, 253)
                case 0 {
                    let shift := sub(231, x)
                    r := or(r, shr(shift, add(add(n, sub(shl(sub(shift, 1), 1), 1)), and(shr(shift, n), 1))))
                }
                default { r := or(r, INFINITY) }
            }
        }
    }

    /// @dev Sums with an infinity, a NaN, or operands more than 26 places apart.
    function _addApart(uint256 a, uint256 b) private pure returns (uint256) {
        uint256 p = a & MAGNITUDE;
        uint256 q = b & MAGNITUDE;
        if (p > INFINITY || q > INFINITY) return NAN;
        if (p == INFINITY && q == INFINITY && a != b) return NAN;
        return p > q ? a : b;
    }

    /// @dev Products of which an operand is an infinity or a NaN. Of two finite operands: any finite number.
    function _mulNonFinite(uint256 a, uint256 b) private pure returns (uint256) {
        uint256 p = a & MAGNITUDE;
        uint256 q = b & MAGNITUDE;
        if (p < INFINITY && q < INFINITY) return 0;
        if (p > INFINITY || q > INFINITY || p == 0 || q == 0) return NAN;
        return INFINITY | ((a ^ b) & SIGN);
    }

    /// @dev Quotients of which an operand is an infinity, a NaN or a zero.
    function _divSpecial(uint256 a, uint256 b) private pure returns (uint256) {
        uint256 p = a & MAGNITUDE;
        uint256 q = b & MAGNITUDE;
        uint256 sign = (a ^ b) & SIGN;
        if (p > INFINITY || q > INFINITY) return NAN;
        if (p == INFINITY) return q == INFINITY ? NAN : sign | INFINITY;
        if (q == 0) return p == 0 ? NAN : sign | INFINITY;
        return sign;
    }
}

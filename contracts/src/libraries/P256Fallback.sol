// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ECDSA over P-256 in Solidity
/// @notice For chains without the precompile of EIP-7951. Jacobian coordinates, two scalars at once in windows of 2 bits.
/// @dev The caller has checked the ranges of r, s, x, y and that (x, y) is on the curve; `P256` does. Nothing here is secret, so nothing
/// runs in constant time. The curve's order is prime: no point but infinity has y = 0, and the formulas below are complete with the two
/// cases of equal and opposite points that `_add` tells apart.
library P256Fallback {
    uint256 private constant P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;
    uint256 private constant N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 private constant GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296;
    uint256 private constant GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5;
    /// @dev Gas of one modular exponentiation with three 32-byte numbers (EIP-7883: about 4,100), with room to spare.
    uint256 private constant INVERSION_GAS = 20_000;

    error P256Fallback_InversionFailed(uint256 gasLeft);

    /// @notice Whether (r, s) is a signature of `digest` by the key (x, y).
    function verify(bytes32 digest, uint256 r, uint256 s, uint256 x, uint256 y) internal view returns (bool) {
        uint256 inverse = _inverse(s);
        uint256 forBase = mulmod(uint256(digest), inverse, N);
        uint256 forKey = mulmod(r, inverse, N);
        (uint256 pointX, uint256 z) = _combine(_table(x, y), forBase, forKey);
        if (z == 0) return false;
        // The affine x is pointX / z^2; it is r modulo n, hence r or, where that is below p, r + n.
        uint256 square = mulmod(z, z, P);
        if (mulmod(r, square, P) == pointX) return true;
        return r < P - N && mulmod(r + N, square, P) == pointX;
    }

    /// @dev i * base + j * key at position 4 * i + j, three words each; position 0 is infinity (z = 0).
    function _table(uint256 x, uint256 y) private pure returns (uint256[48] memory t) {
        (t[3], t[4], t[5]) = (x, y, 1);
        (t[6], t[7], t[8]) = _double(x, y, 1);
        (t[9], t[10], t[11]) = _add(t[6], t[7], t[8], x, y, 1);
        (t[12], t[13], t[14]) = (GX, GY, 1);
        (t[24], t[25], t[26]) = _double(GX, GY, 1);
        (t[36], t[37], t[38]) = _add(t[24], t[25], t[26], GX, GY, 1);
        for (uint256 i = 12; i < 48; i += 12) {
            for (uint256 j = 3; j < 12; j += 3) {
                (t[i + j], t[i + j + 1], t[i + j + 2]) = _add(t[i], t[i + 1], t[i + 2], t[j], t[j + 1], t[j + 2]);
            }
        }
    }

    /// @dev forBase * base + forKey * key, without its y.
    function _combine(uint256[48] memory t, uint256 forBase, uint256 forKey)
        private
        pure
        returns (uint256 x, uint256 z)
    {
        unchecked {
            uint256 y;
            for (uint256 shift = 256; shift > 0;) {
                shift -= 2;
                (x, y, z) = _double(x, y, z);
                (x, y, z) = _double(x, y, z);
                uint256 place = 12 * ((forBase >> shift) & 3) + 3 * ((forKey >> shift) & 3);
                if (place != 0) (x, y, z) = _add(x, y, z, t[place], t[place + 1], t[place + 2]);
            }
        }
    }

    /// @dev Doubling for a = -3; infinity (z = 0) stays infinity.
    function _double(uint256 x, uint256 y, uint256 z) private pure returns (uint256 x3, uint256 y3, uint256 z3) {
        assembly ("memory-safe") {
            let p := P
            let delta := mulmod(z, z, p)
            let gamma := mulmod(y, y, p)
            let beta := mulmod(x, gamma, p)
            let alpha := mulmod(3, mulmod(addmod(x, sub(p, delta), p), addmod(x, delta, p), p), p)
            let four := mulmod(4, beta, p)
            x3 := addmod(mulmod(alpha, alpha, p), sub(p, addmod(four, four, p)), p)
            z3 := mulmod(addmod(y, y, p), z, p)
            let eight := mulmod(8, mulmod(gamma, gamma, p), p)
            y3 := addmod(mulmod(alpha, addmod(four, sub(p, x3), p), p), sub(p, eight), p)
        }
    }

    /// @dev Addition of any two points, both in Jacobian coordinates.
    function _add(uint256 x1, uint256 y1, uint256 z1, uint256 x2, uint256 y2, uint256 z2)
        private
        pure
        returns (uint256, uint256, uint256)
    {
        if (z1 == 0) return (x2, y2, z2);
        if (z2 == 0) return (x1, y1, z1);
        // Both points over the common z1 * z2: the first becomes (x1, y1), then (x2, y2) the difference to the second.
        assembly ("memory-safe") {
            let square1 := mulmod(z1, z1, P)
            let square2 := mulmod(z2, z2, P)
            x1 := mulmod(x1, square2, P)
            y1 := mulmod(y1, mulmod(square2, z2, P), P)
            x2 := addmod(mulmod(x2, square1, P), sub(P, x1), P)
            y2 := addmod(mulmod(y2, mulmod(square1, z1, P), P), sub(P, y1), P)
            z1 := mulmod(z1, z2, P)
        }
        if (x2 != 0) return _finishAdd(x1, y1, x2, y2, z1);
        // Equal x: the same point, or opposite ones, whose sum is infinity.
        return y2 == 0 ? _double(x1, y1, z1) : (uint256(0), uint256(0), uint256(0));
    }

    /// @dev (u, w) the first point over z, h and d the differences in x and y.
    function _finishAdd(uint256 u, uint256 w, uint256 h, uint256 d, uint256 z)
        private
        pure
        returns (uint256 x3, uint256 y3, uint256 z3)
    {
        assembly ("memory-safe") {
            let square := mulmod(h, h, P)
            let cube := mulmod(h, square, P)
            let v := mulmod(u, square, P)
            x3 := addmod(mulmod(d, d, P), sub(P, addmod(cube, addmod(v, v, P), P)), P)
            y3 := addmod(mulmod(d, addmod(v, sub(P, x3), P), P), sub(P, mulmod(w, cube, P)), P)
            z3 := mulmod(z, h, P)
        }
    }

    /// @dev s^(n - 2) modulo n, by the precompile at 5.
    function _inverse(uint256 s) private view returns (uint256 inverse) {
        if (gasleft() < INVERSION_GAS) revert P256Fallback_InversionFailed(gasleft());
        bool done;
        assembly ("memory-safe") {
            let position := mload(0x40)
            mstore(position, 32)
            mstore(add(position, 32), 32)
            mstore(add(position, 64), 32)
            mstore(add(position, 96), s)
            mstore(add(position, 128), sub(N, 2))
            mstore(add(position, 160), N)
            done := staticcall(gas(), 5, position, 192, 0, 32)
            done := and(done, eq(returndatasize(), 32))
            inverse := mload(0)
        }
        if (!done) revert P256Fallback_InversionFailed(gasleft());
    }
}

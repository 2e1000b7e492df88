// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256Fallback} from "./P256Fallback.sol";

/// @title ECDSA over P-256
/// @notice By the precompile at 0x100 (EIP-7951, RIP-7212) or in Solidity. Any s from 1 to n - 1 counts: quotes and Intel's certificates
/// know no low-s rule, so the bytes of a signature identify nothing.
library P256 {
    uint256 internal constant P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;
    uint256 internal constant N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b;
    address private constant PRECOMPILE = address(0x100);
    /// @dev The precompile costs 3,450 or 6,900 today. A call that ran out of gas must never read as a bad signature, and a caller
    /// keeps only 1/64 of its gas from a call: with this much left both are out of the question, also after a price rise.
    uint256 private constant PRECOMPILE_GAS = 60_000;

    /// @dev Probe: the key is the base point (private key 1), the digest 1, the nonce 1: r = x mod n, s = 1 + r.
    uint256 private constant PROBE_X = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296;
    uint256 private constant PROBE_Y = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5;

    error P256_NotEnoughGas(uint256 gasLeft, uint256 needed);
    error P256_CallFailed(uint256 gasLeft);

    /// @notice Whether (r, s) is a signature of `digest` by the key (x, y); false too for a key that is no point of the curve.
    /// @param precompile The answer of `hasPrecompile`, kept from deployment.
    function verify(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y, bool precompile)
        internal
        view
        returns (bool)
    {
        if (!_isScalar(uint256(r)) || !_isScalar(uint256(s)) || !isOnCurve(uint256(x), uint256(y))) return false;
        if (precompile) return _call(digest, r, s, x, y);
        return P256Fallback.verify(digest, uint256(r), uint256(s), uint256(x), uint256(y));
    }

    /// @notice Whether this chain has the precompile: it accepts a good signature and refuses a bad one.
    function hasPrecompile() internal view returns (bool) {
        (bytes32 x, bytes32 y) = (bytes32(PROBE_X), bytes32(PROBE_Y));
        bytes32 s = bytes32(PROBE_X + 1);
        return _call(bytes32(uint256(1)), x, s, x, y) && !_call(bytes32(uint256(2)), x, s, x, y);
    }

    /// @notice Whether (x, y) with coordinates below p is a point of the curve. Infinity has no coordinates; (0, 0) is no point.
    function isOnCurve(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= P || y >= P) return false;
        uint256 right = addmod(mulmod(x, addmod(mulmod(x, x, P), P - 3, P), P), B, P);
        return mulmod(y, y, P) == right;
    }

    function _isScalar(uint256 value) private pure returns (bool) {
        return value != 0 && value < N;
    }

    function _call(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y) private view returns (bool) {
        if (gasleft() < PRECOMPILE_GAS) revert P256_NotEnoughGas(gasleft(), PRECOMPILE_GAS);
        (bool success, bytes memory answer) = PRECOMPILE.staticcall(abi.encode(digest, r, s, x, y));
        // It answers nothing for a bad signature and fails only for lack of gas.
        if (!success) revert P256_CallFailed(gasleft());
        return answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }
}

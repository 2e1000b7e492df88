// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Signers of EIP-712 digests
library Signatures {
    /// @dev Half the order of secp256k1: of the two signatures that every signature gives, the one with the larger s is refused.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @notice Who signed; zero for bytes that are no signature: anything but r (32) || s (32, low) || v (27 or 28).
    function signerOf(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        if (signature.length != 65) return address(0);
        bytes32 r = bytes32(signature[0:32]);
        bytes32 s = bytes32(signature[32:64]);
        uint8 v = uint8(signature[64]);
        if (uint256(s) > HALF_ORDER || (v != 27 && v != 28)) return address(0);
        return ecrecover(digest, v, r, s);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who signed a digest
/// @notice The rule of every TeeTee signature: 65 bytes r, s, v with v 27 or 28 and s in the lower half of the order. Anything else is
/// nobody's signature.
library SignerOf {
    uint256 internal constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    error SignerOf_PrecompileFailed();

    /// @return signer Zero where the signature is not one of any key.
    /// @dev A call of the precompile that fails reverts: want of gas never reads as a bad signature.
    function recover(bytes32 digest, bytes calldata signature) internal view returns (address signer) {
        if (signature.length != 65) return address(0);
        uint256 v = uint8(signature[64]);
        bytes32 r = bytes32(signature[0:32]);
        bytes32 s = bytes32(signature[32:64]);
        if ((v != 27 && v != 28) || uint256(s) > HALF_ORDER) return address(0);
        bytes memory input = abi.encode(digest, v, r, s);
        bool called;
        // The precompile returns nothing, not zero, for what it cannot recover.
        assembly ("memory-safe") {
            mstore(0x00, 0)
            called := staticcall(gas(), 0x01, add(input, 0x20), 0x80, 0x00, 0x20)
            signer := mload(0x00)
        }
        if (!called) revert SignerOf_PrecompileFailed();
    }
}

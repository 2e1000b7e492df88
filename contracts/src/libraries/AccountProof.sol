// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../types/Types.sol";

/// @title Proofs in the account tree (docs/protocol.md, section 9)
/// @notice Sparse Merkle tree of depth 160, keyed by the address, most significant bit first. The empty subtree is zero.
library AccountProof {
    uint256 internal constant DEPTH = 160;

    /// @notice Leaf of an account: keccak256(0x00 || abi.encode(account)).
    function leafOf(Account memory account) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), abi.encode(account)));
    }

    /// @notice Whether the tree of `root` holds `leaf` at `key`; leaf zero proves that it holds nothing there.
    /// @param bitmap Bit i is set when the sibling at level i, counted from the leaf, is not zero; bits from 160 must be clear.
    /// @param siblings Exactly the siblings that are not zero, from the leaf upward.
    function verify(bytes32 root, address key, bytes32 leaf, bytes32 bitmap, bytes32[] calldata siblings)
        internal
        pure
        returns (bool)
    {
        (bool whole, bytes32 node) = climb(key, leaf, bitmap, siblings);
        return whole && node == root;
    }

    /// @notice The root of the tree that holds `leaf` at `key` beside these siblings; `whole` is false where bitmap and siblings do not fit.
    function climb(address key, bytes32 leaf, bytes32 bitmap, bytes32[] calldata siblings)
        internal
        pure
        returns (bool whole, bytes32 node)
    {
        uint256 bits = uint256(bitmap);
        if (bits >> DEPTH != 0) return (false, 0);
        uint256 path = uint160(key);
        uint256 used = 0;
        node = leaf;
        for (uint256 level = 0; level < DEPTH; level++) {
            bytes32 sibling = 0;
            if ((bits >> level) & 1 == 1) {
                if (used == siblings.length) return (false, 0);
                sibling = siblings[used++];
                if (sibling == 0) return (false, 0);
            }
            node = (path >> level) & 1 == 0 ? join(node, sibling) : join(sibling, node);
        }
        whole = used == siblings.length;
    }

    /// @notice node(0, 0) = 0, otherwise keccak256(0x01 || left || right).
    function join(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        if (left == 0 && right == 0) return 0;
        // Written beyond the free-memory pointer, which stays: 160 levels allocate nothing.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 1)
            mstore(add(start, 1), left)
            mstore(add(start, 33), right)
            node := keccak256(start, 65)
        }
    }
}

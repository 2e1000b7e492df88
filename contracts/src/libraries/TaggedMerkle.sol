// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Keccak-256 Merkle roots with tag and size (docs/protocol.md, sections 1 and 2)
/// @notice leaf = H(0x00 || data), node = H(0x01 || left || right), RFC 6962 shape, root = H(tag || size as u64 big-endian || MTH).
library TaggedMerkle {
    bytes8 internal constant RECEIPTS = "TT/rcpt1";
    bytes8 internal constant QUOTES = "TT/quot1";
    bytes8 internal constant DATA = "TT/data1";
    bytes8 internal constant EXECUTION = "TT/exec1";

    /// @notice Whether `data` is leaf `index` of the tree of `size` leaves under `root`; the proof's length must be exact.
    /// @dev RFC 9162, section 2.1.3.2.
    function verify(bytes8 tag, bytes32 root, uint64 size, uint64 index, bytes memory data, bytes32[] memory proof)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint64 last = size - 1;
        bytes32 node = keccak256(bytes.concat(bytes1(0x00), data));
        for (uint256 i = 0; i < proof.length; i++) {
            if (last == 0) return false;
            if (index & 1 == 1 || index == last) {
                node = keccak256(abi.encodePacked(bytes1(0x01), proof[i], node));
                while (index & 1 == 0 && index != 0) (index, last) = (index >> 1, last >> 1);
            } else {
                node = keccak256(abi.encodePacked(bytes1(0x01), node, proof[i]));
            }
            (index, last) = (index >> 1, last >> 1);
        }
        return last == 0 && wrap(tag, size, node) == root;
    }

    /// @notice The root of a tree hash of `size` leaves.
    function wrap(bytes8 tag, uint64 size, bytes32 treeHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(tag, size, treeHash));
    }
}

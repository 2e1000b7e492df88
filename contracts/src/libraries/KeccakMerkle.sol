// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Keccak-256 trees of the shape of RFC 6962 without tag and size: what exists only in a dispute (docs/protocol.md, section 12)
/// @notice leaf = keccak256(0x00 || data), node = keccak256(0x01 || left || right); pairs from the left, a lone last node is lifted.
/// @dev The size is always derived, never read from the opening.
library KeccakMerkle {
    error KeccakMerkle_NoSuchLeaf(uint256 index, uint256 size);
    error KeccakMerkle_BadPathLength(uint256 length);

    /// @notice keccak256(0x00 || entry).
    function entryLeaf(bytes32 entry) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0x00, 0)
            mstore(0x01, entry)
            hash := keccak256(0x00, 33)
            // 0x20 is scratch space too; one byte of it was written.
        }
    }

    /// @notice keccak256(0x00 || data).
    function leaf(bytes calldata data) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 0)
            calldatacopy(add(start, 1), data.offset, data.length)
            hash := keccak256(start, add(data.length, 1))
        }
    }

    /// @notice keccak256(0x01 || left || right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 1)
            mstore(add(start, 1), left)
            mstore(add(start, 33), right)
            hash := keccak256(start, 65)
        }
    }

    /// @notice The tree hash of a list of entries. At least one.
    function treeOf(bytes32[] calldata entries) internal pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](entries.length);
        for (uint256 i = 0; i < entries.length; i++) {
            nodes[i] = entryLeaf(entries[i]);
        }
        return fold(nodes);
    }

    /// @notice The tree hash of consecutive nodes of equal height (the last may be lower); overwrites them.
    /// @dev At least one node.
    function fold(bytes32[] memory nodes) internal pure returns (bytes32) {
        uint256 count = nodes.length;
        while (count > 1) {
            uint256 pairs = count / 2;
            for (uint256 i = 0; i < pairs; i++) {
                nodes[i] = node(nodes[2 * i], nodes[2 * i + 1]);
            }
            if (count % 2 == 1) nodes[pairs] = nodes[count - 1];
            count = pairs + count % 2;
        }
        return nodes[0];
    }

    /// @notice The tree hash over `size` nodes in which `hash` is number `index` and `path` are its siblings from the bottom up.
    /// The path's length must be exact.
    function climb(bytes32 hash, uint256 index, uint256 size, bytes32[] calldata path) internal pure returns (bytes32) {
        if (index >= size) revert KeccakMerkle_NoSuchLeaf(index, size);
        uint256 last = size - 1;
        uint256 used = 0;
        for (; last > 0; (index, last) = (index >> 1, last >> 1)) {
            if (index == last && index & 1 == 0) continue;
            if (used == path.length) revert KeccakMerkle_BadPathLength(path.length);
            bytes32 sibling = path[used++];
            hash = index & 1 == 1 ? node(sibling, hash) : node(hash, sibling);
        }
        if (used != path.length) revert KeccakMerkle_BadPathLength(path.length);
        return hash;
    }
}

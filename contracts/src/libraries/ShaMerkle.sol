// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SHA-256 trees of the shape of RFC 6962, whatever is hashed into their leaves (docs/protocol.md, section 2)
/// @notice leaf = SHA256(0x00 || data), node = SHA256(0x01 || left || right); pairs from the left, a lone last node is lifted.
/// @dev A call of the precompile that fails or answers with anything but 32 bytes reverts: want of gas never reads as another hash.
library ShaMerkle {
    error ShaMerkle_NoSuchLeaf(uint256 index, uint256 size);
    error ShaMerkle_BadPathLength(uint256 length);
    error ShaMerkle_PrecompileFailed();

    /// @notice SHA256(0x00 || data).
    function leaf(bytes calldata data) internal view returns (bytes32 hash) {
        bool ok;
        // Written beyond the free-memory pointer, which stays; scratch space 0x00 takes the answer.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 0)
            calldatacopy(add(start, 1), data.offset, data.length)
            ok := staticcall(gas(), 0x02, start, add(data.length, 1), 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            hash := mload(0x00)
        }
        if (!ok) revert ShaMerkle_PrecompileFailed();
    }

    /// @notice SHA256(0x00 || header || data), `header` being 24 bytes: the leaf of a weight page.
    function leaf(bytes24 header, bytes calldata data) internal view returns (bytes32 hash) {
        bool ok;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 0)
            mstore(add(start, 1), header)
            calldatacopy(add(start, 25), data.offset, data.length)
            ok := staticcall(gas(), 0x02, start, add(data.length, 25), 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            hash := mload(0x00)
        }
        if (!ok) revert ShaMerkle_PrecompileFailed();
    }

    /// @notice SHA256(0x00 || word): the leaf of 32 bytes of data.
    function entryLeaf(bytes32 word) internal view returns (bytes32 hash) {
        bool ok;
        assembly ("memory-safe") {
            mstore8(0x00, 0)
            mstore(0x01, word)
            ok := staticcall(gas(), 0x02, 0x00, 33, 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            hash := mload(0x00)
        }
        if (!ok) revert ShaMerkle_PrecompileFailed();
    }

    /// @notice SHA256(0x01 || left || right).
    function node(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        bool ok;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore8(start, 1)
            mstore(add(start, 1), left)
            mstore(add(start, 33), right)
            ok := staticcall(gas(), 0x02, start, 65, 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            hash := mload(0x00)
        }
        if (!ok) revert ShaMerkle_PrecompileFailed();
    }

    /// @notice SHA256 of bytes in memory.
    function hashOf(bytes memory data) internal view returns (bytes32 hash) {
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 0x02, add(data, 0x20), mload(data), 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            hash := mload(0x00)
        }
        if (!ok) revert ShaMerkle_PrecompileFailed();
    }

    /// @notice SHA256(tag || size as u64 big-endian || treeHash): a root with its tag and size.
    function wrap(bytes8 tag, uint256 size, bytes32 treeHash) internal view returns (bytes32) {
        return hashOf(abi.encodePacked(tag, uint64(size), treeHash));
    }

    /// @notice The tree hash of consecutive nodes of equal height (the last may be lower); overwrites them.
    /// @dev At least one node.
    function fold(bytes32[] memory nodes) internal view returns (bytes32) {
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
    function climb(bytes32 hash, uint256 index, uint256 size, bytes32[] calldata path) internal view returns (bytes32) {
        if (index >= size) revert ShaMerkle_NoSuchLeaf(index, size);
        uint256 last = size - 1;
        uint256 used = 0;
        for (; last > 0; (index, last) = (index >> 1, last >> 1)) {
            // A lone last node has no sibling at this height.
            if (index == last && index & 1 == 0) continue;
            if (used == path.length) revert ShaMerkle_BadPathLength(path.length);
            bytes32 sibling = path[used++];
            hash = index & 1 == 1 ? node(sibling, hash) : node(hash, sibling);
        }
        if (used != path.length) revert ShaMerkle_BadPathLength(path.length);
        return hash;
    }

    /// @notice The number of siblings on the path of node `index` of `size`.
    function pathLength(uint256 index, uint256 size) internal pure returns (uint256 length) {
        if (index >= size) revert ShaMerkle_NoSuchLeaf(index, size);
        uint256 last = size - 1;
        for (; last > 0; (index, last) = (index >> 1, last >> 1)) {
            if (index != last || index & 1 == 1) length++;
        }
    }
}

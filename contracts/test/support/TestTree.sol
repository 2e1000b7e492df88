// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Trees of docs/protocol.md, section 2, built from their definition, apart from the libraries that check proofs.
library TestTree {
    /// @notice Keccak-256 root of these leaves' data.
    function root(bytes8 tag, bytes[] memory leaves) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(tag, uint64(leaves.length), _keccak(leaves, 0, leaves.length)));
    }

    /// @notice The audit path of a leaf, bottom up.
    function prove(bytes[] memory leaves, uint256 index) internal pure returns (bytes32[] memory path) {
        (uint256 from, uint256 to, uint256 depth) = (0, leaves.length, 0);
        bytes32[] memory down = new bytes32[](64);
        while (to - from > 1) {
            uint256 middle = from + _split(to - from);
            bool left = index < middle;
            down[depth++] = left ? _keccak(leaves, middle, to) : _keccak(leaves, from, middle);
            (from, to) = left ? (from, middle) : (middle, to);
        }
        path = new bytes32[](depth);
        for (uint256 i = 0; i < depth; i++) {
            path[i] = down[depth - 1 - i];
        }
    }

    /// @notice SHA-256 root; `size` is what is hashed in with the tag.
    function shaRoot(bytes8 tag, uint256 size, bytes[] memory leaves) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(tag, uint64(size), _sha(leaves, 0, leaves.length)));
    }

    /// @notice The path from the node over leaves [number * run, ...) to the tree.
    function shaProve(bytes[] memory leaves, uint256 run, uint256 number)
        internal
        pure
        returns (bytes32[] memory path)
    {
        (uint256 from, uint256 to, uint256 depth) = (0, leaves.length, 0);
        bytes32[] memory down = new bytes32[](64);
        while (to - from > run) {
            uint256 middle = from + _split(to - from);
            bool left = number * run < middle;
            down[depth++] = left ? _sha(leaves, middle, to) : _sha(leaves, from, middle);
            (from, to) = left ? (from, middle) : (middle, to);
        }
        path = new bytes32[](depth);
        for (uint256 i = 0; i < depth; i++) {
            path[i] = down[depth - 1 - i];
        }
    }

    function _keccak(bytes[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return keccak256(abi.encodePacked(uint8(0), leaves[from]));
        uint256 middle = from + _split(to - from);
        return keccak256(abi.encodePacked(uint8(1), _keccak(leaves, from, middle), _keccak(leaves, middle, to)));
    }

    function _sha(bytes[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return sha256(abi.encodePacked(uint8(0), leaves[from]));
        uint256 middle = from + _split(to - from);
        return sha256(abi.encodePacked(uint8(1), _sha(leaves, from, middle), _sha(leaves, middle, to)));
    }

    function _split(uint256 size) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < size) k *= 2;
    }
}

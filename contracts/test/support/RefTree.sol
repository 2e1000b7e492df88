// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Trees of the shape of RFC 6962 built from their definition, apart from the libraries that check proofs.
library RefTree {
    function hash(bool sha, bytes memory data) internal pure returns (bytes32) {
        return sha ? sha256(data) : keccak256(data);
    }

    function leaf(bool sha, bytes memory data) internal pure returns (bytes32) {
        return hash(sha, bytes.concat(bytes1(0), data));
    }

    /// @notice The tree hash over these leaf hashes.
    function root(bool sha, bytes32[] memory leaves) internal pure returns (bytes32) {
        return _root(sha, leaves, 0, leaves.length);
    }

    /// @notice The audit path of leaf `index`, bottom up.
    function path(bool sha, bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory up) {
        (uint256 from, uint256 to, uint256 depth) = (0, leaves.length, 0);
        bytes32[] memory down = new bytes32[](64);
        while (to - from > 1) {
            uint256 middle = from + _split(to - from);
            bool left = index < middle;
            down[depth++] = left ? _root(sha, leaves, middle, to) : _root(sha, leaves, from, middle);
            (from, to) = left ? (from, middle) : (middle, to);
        }
        up = new bytes32[](depth);
        for (uint256 i = 0; i < depth; i++) {
            up[i] = down[depth - 1 - i];
        }
    }

    function wrap(bool sha, bytes8 tag, uint256 size, bytes32 tree) internal pure returns (bytes32) {
        return hash(sha, abi.encodePacked(tag, uint64(size), tree));
    }

    function _root(bool sha, bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return leaves[from];
        uint256 middle = from + _split(to - from);
        bytes32 l = _root(sha, leaves, from, middle);
        return hash(sha, abi.encodePacked(bytes1(0x01), l, _root(sha, leaves, middle, to)));
    }

    function _split(uint256 size) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < size) k *= 2;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Trees of RFC 6962's shape of any size in which only some leaves are known; the other nodes are made up from a seed.
/// @dev Written apart from src/libraries: by recursion from the root, with Solidity's own hash functions.
library SparseTree {
    struct Leaf {
        uint256 index;
        bytes32 hash;
    }

    struct Tree {
        bool sha;
        bytes32 seed;
        uint256 size;
        Leaf[] leaves;
    }

    function root(Tree memory t) internal pure returns (bytes32) {
        return _node(t, 0, t.size);
    }

    /// @notice Siblings from the bottom up of the aligned run of 2^level leaves that begins with leaf `index`.
    function path(Tree memory t, uint256 index, uint256 level) internal pure returns (bytes32[] memory) {
        return _path(t, 0, t.size, index, uint256(1) << level, 0);
    }

    /// @dev The tree over leaves [from, to).
    function _node(Tree memory t, uint256 from, uint256 to) private pure returns (bytes32) {
        bool known = false;
        for (uint256 i = 0; i < t.leaves.length; i++) {
            uint256 index = t.leaves[i].index;
            if (index < from || index >= to) continue;
            if (to - from == 1) return t.leaves[i].hash;
            known = true;
        }
        if (!known) return keccak256(abi.encode(t.seed, from, to));
        uint256 middle = from + _split(to - from);
        return _join(t.sha, _node(t, from, middle), _node(t, middle, to));
    }

    function _path(Tree memory t, uint256 from, uint256 to, uint256 index, uint256 run, uint256 above)
        private
        pure
        returns (bytes32[] memory siblings)
    {
        if (to - from <= run) return new bytes32[](above);
        uint256 middle = from + _split(to - from);
        bool left = index < middle;
        siblings = left ? _path(t, from, middle, index, run, above + 1) : _path(t, middle, to, index, run, above + 1);
        siblings[siblings.length - 1 - above] = left ? _node(t, middle, to) : _node(t, from, middle);
    }

    /// @dev The largest power of two below `size`.
    function _split(uint256 size) private pure returns (uint256 half) {
        half = 1;
        while (half * 2 < size) half *= 2;
    }

    function _join(bool sha, bytes32 left, bytes32 right) private pure returns (bytes32) {
        bytes memory data = abi.encodePacked(bytes1(0x01), left, right);
        return sha ? sha256(data) : keccak256(data);
    }
}

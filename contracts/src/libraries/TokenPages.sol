// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TokenOpening} from "../types/DisputeTypes.sol";

import {ShaMerkle} from "./ShaMerkle.sol";

/// @title Token ids under a tokens root (docs/protocol.md, section 2)
/// @notice Pages of 256 ids, u32 little-endian; the last page of a root may be short. Unsalted: what a public job commits.
library TokenPages {
    bytes8 internal constant TAG = "TT/toks1";
    uint256 internal constant IDS = 256;

    error TokenPages_NoSuchToken(uint256 position, uint256 count);
    error TokenPages_WrongLength(uint256 length, uint256 expected);
    error TokenPages_NotInTheTree(bytes32 computed, bytes32 root);
    error TokenPages_WrongPages(uint256 given, uint256 expected);
    error TokenPages_WrongPage(bytes32 computed, bytes32 committed);

    /// @notice The id at `position` of the `count` ids under `root`, from the page that holds it.
    function tokenAt(bytes32 root, uint256 count, uint256 position, TokenOpening calldata opening)
        internal
        view
        returns (uint32)
    {
        if (position >= count) revert TokenPages_NoSuchToken(position, count);
        uint256 page = position / IDS;
        uint256 left = count - page * IDS;
        uint256 expected = (left < IDS ? left : IDS) * 4;
        if (opening.page.length != expected) revert TokenPages_WrongLength(opening.page.length, expected);
        bytes32 tree = ShaMerkle.climb(ShaMerkle.leaf(opening.page), page, (count + IDS - 1) / IDS, opening.path);
        bytes32 computed = ShaMerkle.wrap(TAG, count, tree);
        if (computed != root) revert TokenPages_NotInTheTree(computed, root);
        return _littleEndian(bytes4(opening.page[(position % IDS) * 4:(position % IDS) * 4 + 4]));
    }

    /// @notice Checks that these are all leaves of the tree of the `count` ids under `root`.
    function checkLeaves(bytes32 root, uint256 count, bytes32[] calldata leaves) internal view {
        uint256 expected = (count + IDS - 1) / IDS;
        if (leaves.length != expected) revert TokenPages_WrongPages(leaves.length, expected);
        bytes32 computed = ShaMerkle.wrap(TAG, count, ShaMerkle.fold(leaves));
        if (computed != root) revert TokenPages_NotInTheTree(computed, root);
    }

    /// @notice The root of the first `length` (at least one, below `count`) of the `count` ids with these leaves.
    /// @param boundary The page that the cut goes through; empty where it goes between two.
    function prefixRoot(bytes32[] calldata leaves, uint256 count, uint256 length, bytes calldata boundary)
        internal
        view
        returns (bytes32)
    {
        if (length == 0 || length >= count) revert TokenPages_NoSuchToken(length, count);
        uint256 whole = length / IDS;
        uint256 rest = length % IDS;
        bytes32[] memory nodes = new bytes32[](rest == 0 ? whole : whole + 1);
        for (uint256 i = 0; i < whole; i++) {
            nodes[i] = leaves[i];
        }
        if (rest != 0) {
            bytes32 computed = ShaMerkle.leaf(boundary);
            if (computed != leaves[whole]) revert TokenPages_WrongPage(computed, leaves[whole]);
            nodes[whole] = ShaMerkle.leaf(boundary[:rest * 4]);
        }
        return ShaMerkle.wrap(TAG, length, ShaMerkle.fold(nodes));
    }

    function _littleEndian(bytes4 word) private pure returns (uint32) {
        uint32 v = uint32(word);
        v = ((v & 0xFF00FF00) >> 8) | ((v & 0x00FF00FF) << 8);
        return (v >> 16) | (v << 16);
    }
}

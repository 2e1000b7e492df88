// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IListRules} from "../interfaces/IListRules.sol";
import {DisputeContext, Operator} from "../types/DisputeTypes.sol";
import {KeccakMerkle} from "./KeccakMerkle.sol";
import {OperatorLayout} from "./OperatorLayout.sol";
import {ShaMerkle} from "./ShaMerkle.sol";

/// @title How the content behind an entry hashes to it (docs/protocol.md, section 12)
library EntryContent {
    bytes8 internal constant QUANTIZED = "TT/quan1";
    bytes8 internal constant NORM = "TT/norm1";
    bytes8 internal constant HEAD = "TT/head1";
    bytes8 internal constant PICK = "TT/pick1";
    uint256 internal constant PAGE = 1024;
    uint256 internal constant SALT = 32;

    /// @notice Reverts unless `content` is what `entry` commits, of the length that the layout says.
    function check(
        DisputeContext calldata c,
        Operator op,
        uint256 unit,
        bytes32 entry,
        bytes calldata content
    ) internal view {
        OperatorLayout.Content kind = OperatorLayout.contentOf(op);
        uint256 length = OperatorLayout.contentLength(c, op, unit);
        bool paged = kind == OperatorLayout.Content.Vector || kind == OperatorLayout.Content.Matrix;
        uint256 salts = c.isSealed ? (paged ? OperatorLayout.ceilDiv(length, PAGE) : 1) * SALT : 0;
        if (content.length != length + salts) {
            revert IListRules.List_WrongLength(content.length, length + salts);
        }
        bytes32 hashed = paged ? _pages(content, c.isSealed ? PAGE + SALT : PAGE) : _flat(c, kind, content);
        if (hashed != entry) revert IListRules.List_WrongContent(hashed, entry);
    }

    function _pages(bytes calldata content, uint256 stride) private view returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](OperatorLayout.ceilDiv(content.length, stride));
        for (uint256 i = 0; i < nodes.length; i++) {
            uint256 end = (i + 1) * stride;
            nodes[i] = ShaMerkle.leaf(content[i * stride:end < content.length ? end : content.length]);
        }
        return ShaMerkle.fold(nodes);
    }

    function _flat(DisputeContext calldata c, OperatorLayout.Content kind, bytes calldata content)
        private
        view
        returns (bytes32)
    {
        if (kind == OperatorLayout.Content.Row) return ShaMerkle.leaf(content);
        if (kind == OperatorLayout.Content.Quantized) return keccak256(bytes.concat(QUANTIZED, content));
        if (kind == OperatorLayout.Content.Norm) return keccak256(bytes.concat(NORM, content));
        if (kind == OperatorLayout.Content.Pick) return keccak256(bytes.concat(PICK, content));
        uint256 salt = c.isSealed ? SALT : 0;
        return keccak256(bytes.concat(HEAD, content[:salt], _chunkRoot(content[salt:])));
    }

    /// @dev The tree over hashes of chunks, which are its leaves already.
    function _chunkRoot(bytes calldata leaves) private pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](leaves.length / 32);
        for (uint256 i = 0; i < nodes.length; i++) {
            nodes[i] = bytes32(leaves[32 * i:32 * i + 32]);
        }
        return KeccakMerkle.fold(nodes);
    }
}

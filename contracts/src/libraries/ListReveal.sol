// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IListRules} from "../interfaces/IListRules.sol";
import {DisputeContext, Operator, TokenOpening, TraceOpening} from "../types/DisputeTypes.sol";
import {RowPeaks} from "../types/GameTypes.sol";
import {KeccakMerkle} from "./KeccakMerkle.sol";
import {OperatorLayout} from "./OperatorLayout.sol";
import {ShaMerkle} from "./ShaMerkle.sol";

/// @title What a revealed operator list must satisfy (docs/protocol.md, sections 12 and 13)
library ListReveal {
    bytes8 internal constant VECTOR = "TT/vect1";
    bytes8 internal constant TOKENS = "TT/toks1";
    bytes8 internal constant ROWS = "TT/kvpo1";
    bytes8 internal constant TRACE = "TT/trac1";
    bytes8 internal constant LEAF = "TT/leaf1";
    bytes8 internal constant PICK = "TT/pick1";
    uint256 internal constant TOKENS_IN_PAGE = 256;

    /// @notice leaf(p), which must be leaf `position` of `positions` under the trace root.
    function checkTrace(uint32 position, uint32 positions, bytes32 traceRoot, TraceOpening calldata o) internal view {
        bytes32 leaf = ShaMerkle.hashOf(abi.encodePacked(LEAF, position, o.hInRoot, o.hOutRoot, o.kvRoot));
        bytes32 hash = ShaMerkle.hashOf(abi.encodePacked(bytes1(0), leaf));
        bytes32 tree = ShaMerkle.climb(hash, position, positions, o.path);
        if (ShaMerkle.wrap(TRACE, positions, tree) != traceRoot) {
            revert IListRules.List_NotInTheTrace(position, traceRoot);
        }
    }

    /// @notice Group 0 folds to hInRoot: the given input, or the embedding.
    function checkInput(DisputeContext calldata c, TraceOpening calldata o, bytes32[] calldata entries) internal view {
        bytes32 root = _vectorRoot(c, entries);
        if (root != o.hInRoot) revert IListRules.List_WrongInput(root, o.hInRoot);
    }

    /// @notice The last entries of the last layer's group fold to hOutRoot.
    function checkOutput(DisputeContext calldata c, TraceOpening calldata o, bytes32[] calldata entries) internal view {
        uint256 segments = OperatorLayout.unitCount(c, Operator.FeedForwardResidual);
        bytes32 root = _vectorRoot(c, entries[entries.length - segments:]);
        if (root != o.hOutRoot) revert IListRules.List_WrongOutput(root, o.hOutRoot);
    }

    /// @notice Adds the rows of a layer's group: keys, then values.
    /// @param first Index of the first KeyRow.
    function addRows(DisputeContext calldata c, RowPeaks memory peaks, bytes32[] calldata entries, uint256 first)
        internal
        view
    {
        uint256 end = first + 2 * uint256(c.config.kvHeadCount);
        for (uint256 i = first; i < end; i++) {
            _push(peaks, entries[i]);
        }
    }

    /// @notice All rows hash to kvRoot.
    function checkRows(DisputeContext calldata c, TraceOpening calldata o, RowPeaks memory peaks) internal view {
        uint256 height = _height(peaks.count);
        bytes32 tree = peaks.nodes[height - 1];
        for (uint256 i = height - 1; i > 0; i--) {
            tree = ShaMerkle.node(peaks.nodes[i - 1], tree);
        }
        bytes32 root = ShaMerkle.wrap(ROWS, OperatorLayout.kvRowCount(c), tree);
        if (root != o.kvRoot) revert IListRules.List_WrongRows(root, o.kvRoot);
    }

    /// @notice The pick's content is the entry's, every segment's best lies in the segment, and the best of all is token(p + 1).
    function checkPick(
        DisputeContext calldata c,
        bytes32[] calldata entries,
        TokenOpening[] calldata tokens,
        bytes calldata pick
    ) internal view {
        bytes32 hashed = keccak256(bytes.concat(PICK, pick));
        bytes32 entry = entries[entries.length - 1];
        if (hashed != entry) revert IListRules.List_WrongPick(hashed, entry);
        uint256 expected = OperatorLayout.contentLength(c, Operator.Pick, 0) + (c.isSealed ? 32 : 0);
        if (pick.length != expected) revert IListRules.List_WrongLength(pick.length, expected);
        if (tokens.length != 1) revert IListRules.List_NoTokens(tokens.length);
        uint32 picked = _bestOf(c, c.isSealed ? pick[32:] : pick);
        uint32 token = tokenAt(c, uint256(c.position) + 1, tokens[0]);
        if (picked != token) revert IListRules.List_WrongToken(picked, token);
    }

    /// @notice The id at a position, from an opened page of tokensRoot.
    function tokenAt(DisputeContext calldata c, uint256 position, TokenOpening calldata o)
        internal
        view
        returns (uint32)
    {
        uint256 count = uint256(c.positions) + 1;
        uint256 pages = OperatorLayout.ceilDiv(count, TOKENS_IN_PAGE);
        uint256 number = position / TOKENS_IN_PAGE;
        bytes32 tree = ShaMerkle.climb(ShaMerkle.leaf(o.page), number, pages, o.path);
        bytes32 root = ShaMerkle.wrap(TOKENS, count, tree);
        if (root != c.tokensRoot) revert IListRules.List_WrongTokens(root, c.tokensRoot);
        uint256 left = count - number * TOKENS_IN_PAGE;
        uint256 expected = 4 * (left < TOKENS_IN_PAGE ? left : TOKENS_IN_PAGE) + (c.isSealed ? 32 : 0);
        if (o.page.length != expected) revert IListRules.List_WrongLength(o.page.length, expected);
        return _uint32(o.page, (position % TOKENS_IN_PAGE) * 4 + (c.isSealed ? 32 : 0));
    }

    function _vectorRoot(DisputeContext calldata c, bytes32[] calldata entries) private view returns (bytes32) {
        bytes32[] memory nodes = entries;
        return ShaMerkle.wrap(VECTOR, c.config.embeddingLength, ShaMerkle.fold(nodes));
    }

    /// @dev Every peak is a full tree; the binary digits of `count` are their sizes.
    function _push(RowPeaks memory peaks, bytes32 node) private view {
        uint256 height = _height(peaks.count);
        for (uint256 rest = peaks.count; rest & 1 == 1; rest >>= 1) {
            node = ShaMerkle.node(peaks.nodes[--height], node);
        }
        peaks.nodes[height] = node;
        peaks.count++;
    }

    function _height(uint256 count) private pure returns (uint256 height) {
        for (; count > 0; count &= count - 1) {
            height++;
        }
    }

    /// @dev Larger wins, and of equal ones the first, which has the lower id.
    function _bestOf(DisputeContext calldata c, bytes calldata bests) private pure returns (uint32 id) {
        uint256 segments = OperatorLayout.unitCount(c, Operator.Logits);
        uint256 length = OperatorLayout.segmentLength(c, Operator.Logits);
        int256 best = type(int256).min;
        for (uint256 s = 0; s < segments; s++) {
            uint32 candidate = _uint32(bests, 8 * s + 4);
            uint256 from = s * length;
            if (candidate < from || candidate >= from + OperatorLayout.segmentElements(c, Operator.Logits, s)) {
                revert IListRules.List_PickOutside(s, candidate);
            }
            int256 rank = _rank(s, _uint32(bests, 8 * s));
            if (rank > best) (best, id) = (rank, candidate);
        }
    }

    /// @dev Order of finite binary32 numbers as integers; both zeros are 0.
    function _rank(uint256 segment, uint32 bits) private pure returns (int256) {
        uint32 magnitude = bits & 0x7FFFFFFF;
        if (magnitude >= 0x7F800000) revert IListRules.List_NotFinite(segment, bits);
        int256 rank = int256(uint256(magnitude));
        return bits == magnitude ? rank : -rank;
    }

    function _uint32(bytes calldata data, uint256 offset) private pure returns (uint32 value) {
        for (uint256 i = 0; i < 4; i++) {
            value |= uint32(uint8(data[offset + i])) << uint32(8 * i);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IListRules} from "../interfaces/IListRules.sol";
import {DisputeContext, Operator, TokenOpening} from "../types/DisputeTypes.sol";
import {EntryContent} from "./EntryContent.sol";
import {ListReveal} from "./ListReveal.sol";
import {OperatorLayout} from "./OperatorLayout.sol";
import {ShaMerkle} from "./ShaMerkle.sol";

/// @title Whether a sealed job's content was committed under the salts that its key gives (docs/protocol.md, sections 10 and 13)
/// @notice Without this a host could commit right contents under other salts: every entry would differ from the challenger's, and no
/// element would be wrong.
library SaltCheck {
    /// @dev The tokens' first page is under the salt of this kind; it shows that a key is the job's.
    uint32 private constant TOKENS_PAGE = 1;
    uint32 private constant VECTOR_PAGE = 3;
    uint32 private constant KV_ROW = 4;
    uint32 private constant DISPUTE_CONTENT = 5;
    uint256 private constant PAGES = 16;
    uint256 private constant OPERATORS = 65_536;
    uint256 private constant STRIDE = 1024 + 32;

    /// @notice Whether any salt in `content`, which must be the entry's, is not the one that `key` gives.
    /// @param group The entry's group.
    /// @param op Its operator.
    /// @param unit Its unit.
    /// @param key The key of the job's salts; whoever publishes it lets everybody test guesses of the whole job.
    /// @param tokens The first page of tokensRoot, which binds the key.
    function isWrong(
        DisputeContext calldata c,
        uint256 group,
        Operator op,
        uint256 unit,
        bytes32 key,
        TokenOpening calldata tokens,
        bytes calldata content
    ) internal view returns (bool) {
        if (!c.isSealed) revert IListRules.List_NotSealed();
        ListReveal.tokenAt(c, 0, tokens);
        bytes32 first = _salt(key, TOKENS_PAGE, 0, 0, 0);
        if (bytes32(tokens.page[:32]) != first) revert IListRules.List_WrongKey(first, bytes32(tokens.page[:32]));
        uint256 pages = _pageCount(op, content.length);
        for (uint256 page = 0; page < pages; page++) {
            if (bytes32(content[page * STRIDE:page * STRIDE + 32]) != _saltOf(c, group, op, unit, page, key)) return true;
        }
        return false;
    }

    function _pageCount(Operator op, uint256 length) private pure returns (uint256) {
        OperatorLayout.Content kind = OperatorLayout.contentOf(op);
        bool paged = kind == OperatorLayout.Content.Vector || kind == OperatorLayout.Content.Matrix;
        return paged ? OperatorLayout.ceilDiv(length, STRIDE) : 1;
    }

    function _saltOf(DisputeContext calldata c, uint256 group, Operator op, uint256 unit, uint256 page, bytes32 key)
        private
        view
        returns (bytes32)
    {
        if (op == Operator.Embedding) return _salt(key, VECTOR_PAGE, 0, c.position, unit * PAGES + page);
        bool isLayer = group > 0 && group <= c.layerCount;
        uint256 layer = isLayer ? OperatorLayout.layerOf(c, group) : 0;
        if (op == Operator.FeedForwardResidual && group == c.layerCount) {
            return _salt(key, VECTOR_PAGE, layer + 1, c.position, unit * PAGES + page);
        }
        if (op == Operator.KeyRow) return _salt(key, KV_ROW, layer, c.position, unit);
        if (op == Operator.ValueRow) return _salt(key, KV_ROW, layer, c.position, c.config.kvHeadCount + unit);
        uint256 index = uint256(op) * OPERATORS + unit * PAGES + page;
        return _salt(key, DISPUTE_CONTENT, layer, c.position, index);
    }

    function _salt(bytes32 key, uint32 kind, uint256 layer, uint32 position, uint256 index)
        private
        view
        returns (bytes32)
    {
        return ShaMerkle.hashOf(abi.encodePacked(key, kind, uint32(layer), position, uint32(index)));
    }
}

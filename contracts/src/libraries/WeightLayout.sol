// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelConfig} from "../types/Types.sol";

/// @title The pages of a model's weights (docs/protocol.md, section 3)
/// @notice From a configuration: every tensor's id, type and shape, and the index of each of its pages below `weightsRoot`.
library WeightLayout {
    uint256 internal constant TOKEN_EMBEDDING = 1;
    uint256 internal constant OUTPUT_NORM = 2;
    uint256 internal constant OUTPUT = 3;
    uint256 internal constant ROPE_COSINES = 4;
    uint256 internal constant ROPE_SINES = 5;
    uint256 internal constant ATTENTION_NORM = 11;
    uint256 internal constant QUERY = 12;
    uint256 internal constant KEY = 13;
    uint256 internal constant VALUE = 14;
    uint256 internal constant ATTENTION_OUTPUT = 15;
    uint256 internal constant FEED_FORWARD_NORM = 16;
    uint256 internal constant GATE = 17;
    uint256 internal constant UP = 18;
    uint256 internal constant DOWN = 19;

    uint256 internal constant F32 = 0;
    uint256 internal constant Q8_0 = 8;
    uint256 internal constant Q8_COLUMNS = 8192;
    uint256 internal constant F32_COLUMNS = 256;
    uint256 internal constant BLOCK = 32;
    uint256 internal constant BLOCK_BYTES = 34;

    struct Tensor {
        uint256 id;
        /// F32 or Q8_0.
        uint256 kind;
        uint256 rows;
        /// Padded to 32 for Q8_0.
        uint256 columns;
        uint256 pagesPerRow;
        /// Index of its first page below `weightsRoot`.
        uint256 firstLeaf;
    }

    error WeightLayout_NoSuchTensor(uint256 role, uint256 layer);
    error WeightLayout_NoSuchPage(uint256 tensorId, uint256 row, uint256 page);

    /// @notice The tensor of a role; `layer` counts from 0 and is ignored for the global ones. The output role of a tied model is tensor 1.
    function tensor(ModelConfig calldata c, uint256 role, uint256 layer) internal pure returns (Tensor memory t) {
        if (role == OUTPUT && c.tiedOutput) role = TOKEN_EMBEDDING;
        bool global = role < ATTENTION_NORM;
        if (role == 0 || role > DOWN || (global && role > ROPE_SINES) || (!global && layer >= c.layerCount)) {
            revert WeightLayout_NoSuchTensor(role, layer);
        }
        t = _shape(c, role);
        t.id = global ? role : (layer + 1) * 64 + role;
        uint256 first = global ? TOKEN_EMBEDDING : ATTENTION_NORM;
        t.firstLeaf = global ? 0 : _pages(c, TOKEN_EMBEDDING, ROPE_SINES) + layer * _pages(c, ATTENTION_NORM, DOWN);
        if (role > first) t.firstLeaf += _pages(c, first, role - 1);
    }

    /// @notice The tensor of an id, as weight leaves name it.
    function tensorOf(ModelConfig calldata c, uint256 id) internal pure returns (Tensor memory) {
        (uint256 role, uint256 layer) = (id % 64, id / 64);
        if ((layer == 0) != (role < ATTENTION_NORM) || (id == OUTPUT && c.tiedOutput)) {
            revert WeightLayout_NoSuchTensor(role, layer);
        }
        return tensor(c, role, layer == 0 ? 0 : layer - 1);
    }

    /// @notice Number of pages below `weightsRoot`.
    function pageCount(ModelConfig calldata c) internal pure returns (uint256) {
        return _pages(c, TOKEN_EMBEDDING, ROPE_SINES) + uint256(c.layerCount) * _pages(c, ATTENTION_NORM, DOWN);
    }

    /// @notice The index of a page below `weightsRoot`.
    function leafIndex(Tensor memory t, uint256 row, uint256 page) internal pure returns (uint256) {
        if (row >= t.rows || page >= t.pagesPerRow) revert WeightLayout_NoSuchPage(t.id, row, page);
        return t.firstLeaf + row * t.pagesPerRow + page;
    }

    /// @notice Bytes of a page of any row; the last may be short.
    function pageLength(Tensor memory t, uint256 page) internal pure returns (uint256) {
        if (page >= t.pagesPerRow) revert WeightLayout_NoSuchPage(t.id, 0, page);
        uint256 full = t.kind == Q8_0 ? Q8_COLUMNS : F32_COLUMNS;
        uint256 left = t.columns - page * full;
        if (left > full) left = full;
        return t.kind == Q8_0 ? left / BLOCK * BLOCK_BYTES : left * 4;
    }

    /// @notice The six big-endian words that a page's leaf begins with.
    function header(Tensor memory t, uint256 row, uint256 page) internal pure returns (bytes24) {
        return bytes24(
            abi.encodePacked(uint32(t.id), uint32(t.kind), uint32(t.rows), uint32(t.columns), uint32(row), uint32(page))
        );
    }

    /// @dev Pages of the tensors of roles `first` to `last`, which are all global or all of one layer.
    function _pages(ModelConfig calldata c, uint256 first, uint256 last) private pure returns (uint256 total) {
        for (uint256 role = first; role <= last; role++) {
            if (role == OUTPUT && c.tiedOutput) continue;
            Tensor memory t = _shape(c, role);
            total += t.rows * t.pagesPerRow;
        }
    }

    function _shape(ModelConfig calldata c, uint256 role) private pure returns (Tensor memory t) {
        uint256 embedding = c.embeddingLength;
        uint256 columns = embedding;
        t.kind = Q8_0;
        if (role == TOKEN_EMBEDDING || role == OUTPUT) {
            t.rows = c.vocabularySize;
        } else if (role == OUTPUT_NORM || role == ATTENTION_NORM || role == FEED_FORWARD_NORM) {
            (t.rows, t.kind) = (1, F32);
        } else if (role == ROPE_COSINES || role == ROPE_SINES) {
            (t.rows, columns, t.kind) = (c.contextLength, c.ropeDimensions / 2, F32);
        } else if (role == QUERY) {
            t.rows = uint256(c.headCount) * c.headDimension;
        } else if (role == KEY || role == VALUE) {
            t.rows = uint256(c.kvHeadCount) * c.headDimension;
        } else if (role == ATTENTION_OUTPUT) {
            (t.rows, columns) = (embedding, uint256(c.headCount) * c.headDimension);
        } else if (role == GATE || role == UP) {
            t.rows = c.feedForwardLength;
        } else {
            (t.rows, columns) = (embedding, c.feedForwardLength);
        }
        t.columns = t.kind == Q8_0 ? (columns + BLOCK - 1) / BLOCK * BLOCK : columns;
        uint256 perPage = t.kind == Q8_0 ? Q8_COLUMNS : F32_COLUMNS;
        t.pagesPerRow = (t.columns + perPage - 1) / perPage;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QuoteRecord} from "../../src/types/Messages.sol";

/// @notice The tree of quote records built from its definition (docs/protocol.md, sections 1 and 2), apart from the library that checks proofs.
library QuoteTree {
    function root(QuoteRecord[] memory records) internal pure returns (bytes32) {
        bytes32 tree = _hash(records, 0, records.length);
        return keccak256(abi.encodePacked("TT/quot1", uint64(records.length), tree));
    }

    /// @notice The audit path of leaf `index`, bottom up.
    function prove(QuoteRecord[] memory records, uint256 index) internal pure returns (bytes32[] memory path) {
        (uint256 from, uint256 to, uint256 depth) = (0, records.length, 0);
        bytes32[] memory down = new bytes32[](64);
        while (to - from > 1) {
            uint256 middle = from + _split(to - from);
            bool left = index < middle;
            down[depth++] = left ? _hash(records, middle, to) : _hash(records, from, middle);
            (from, to) = left ? (from, middle) : (middle, to);
        }
        path = new bytes32[](depth);
        for (uint256 i = 0; i < depth; i++) {
            path[i] = down[depth - 1 - i];
        }
    }

    function _hash(QuoteRecord[] memory records, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return keccak256(abi.encodePacked(uint8(0), abi.encode(records[from])));
        uint256 middle = from + _split(to - from);
        return keccak256(abi.encodePacked(uint8(1), _hash(records, from, middle), _hash(records, middle, to)));
    }

    function _split(uint256 size) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < size) k *= 2;
    }
}

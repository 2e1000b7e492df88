// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "../../src/types/Types.sol";

/// @notice The account tree built from its definition (docs/protocol.md, section 9), apart from the library that checks proofs.
library AccountTree {
    function root(Account[] memory accounts) internal pure returns (bytes32) {
        return _node(accounts, 160);
    }

    /// @notice Bitmap and siblings of `key`, whether it has an account or not.
    function prove(Account[] memory accounts, address key)
        internal
        pure
        returns (bytes32 bitmap, bytes32[] memory siblings)
    {
        bytes32[] memory found = new bytes32[](160);
        uint256 bits = 0;
        uint256 count = 0;
        Account[] memory inside = accounts;
        for (uint256 level = 160; level > 0; level--) {
            bool right = _bit(key, level - 1);
            bytes32 sibling = _node(_half(inside, level - 1, !right), level - 1);
            inside = _half(inside, level - 1, right);
            if (sibling == 0) continue;
            bits |= 1 << (level - 1);
            found[count++] = sibling;
        }
        siblings = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) {
            siblings[i] = found[count - 1 - i];
        }
        bitmap = bytes32(bits);
    }

    function _node(Account[] memory inside, uint256 level) private pure returns (bytes32) {
        if (inside.length == 0) return 0;
        if (level == 0) return keccak256(abi.encodePacked(uint8(0), abi.encode(inside[0])));
        bytes32 left = _node(_half(inside, level - 1, false), level - 1);
        bytes32 right = _node(_half(inside, level - 1, true), level - 1);
        return keccak256(abi.encodePacked(uint8(1), left, right));
    }

    function _half(Account[] memory inside, uint256 bit, bool right) private pure returns (Account[] memory half) {
        uint256 count = 0;
        for (uint256 i = 0; i < inside.length; i++) {
            if (_bit(inside[i].owner, bit) == right) count++;
        }
        half = new Account[](count);
        count = 0;
        for (uint256 i = 0; i < inside.length; i++) {
            if (_bit(inside[i].owner, bit) == right) half[count++] = inside[i];
        }
    }

    function _bit(address key, uint256 bit) private pure returns (bool) {
        return (uint160(key) >> bit) & 1 == 1;
    }
}

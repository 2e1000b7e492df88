// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Little-endian numbers in calldata
/// @dev Nothing here checks bounds: whoever opened the bytes has compared their length with the one that follows from the shapes, and every
/// index follows from the shapes too.
library LittleEndian {
    /// @notice Word `index` (u32, or the bits of a binary32) of `data`.
    function u32(bytes calldata data, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(224, calldataload(add(data.offset, shl(2, index))))
        }
        return swap(value);
    }

    /// @notice Half word `index` (the bits of a binary16) of `data`.
    function u16(bytes calldata data, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(240, calldataload(add(data.offset, shl(1, index))))
            value := or(shl(8, and(value, 0xff)), shr(8, value))
        }
    }

    /// @notice `count` words from word `index` on, each in a word of memory.
    function words(bytes calldata data, uint256 index, uint256 count) internal pure returns (uint256[] memory made) {
        made = new uint256[](count);
        for (uint256 i = 0; i < count; i++) {
            made[i] = u32(data, index + i);
        }
    }

    /// @notice The 32 bits of `value` with their bytes in reverse order.
    function swap(uint256 value) internal pure returns (uint256 swapped) {
        assembly ("memory-safe") {
            swapped := or(shl(8, and(value, 0x00ff00ff)), and(shr(8, value), 0x00ff00ff))
            swapped := or(shl(16, and(swapped, 0xffff)), shr(16, swapped))
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Little-endian numbers in bytes in memory, one byte at a time: apart from src/libraries.
library Le {
    function put(bytes memory data, uint256 offset, uint256 width, uint256 value) internal pure {
        for (uint256 i = 0; i < width; i++) {
            data[offset + i] = bytes1(uint8(value >> (8 * i)));
        }
    }

    function get(bytes memory data, uint256 offset, uint256 width) internal pure returns (uint256 value) {
        for (uint256 i = 0; i < width; i++) {
            value |= uint256(uint8(data[offset + i])) << (8 * i);
        }
    }

    function put32(bytes memory data, uint256 index, uint256 value) internal pure {
        put(data, 4 * index, 4, value);
    }

    function get32(bytes memory data, uint256 index) internal pure returns (uint256) {
        return get(data, 4 * index, 4);
    }

    function slice(bytes memory data, uint256 from, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        assert(from + length <= data.length);
        assembly ("memory-safe") {
            mcopy(add(part, 0x20), add(add(data, 0x20), from), length)
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Reading bytes in memory by position
/// @notice Every read is checked against the length of the data: hostile positions revert, they never reach other memory.
library Slices {
    error Slices_OutOfBounds(uint256 position, uint256 count, uint256 length);
    error Slices_HashFailed(uint256 gasLeft);

    /// @notice `count` (at most 32) bytes at `position`, left-aligned, zero behind.
    function word(bytes memory data, uint256 position, uint256 count) internal pure returns (bytes32 value) {
        check(data, position, count);
        if (count > 32) revert Slices_OutOfBounds(position, count, 32);
        assembly ("memory-safe") {
            // The masked part may lie behind the data; it is never used. A shift by 256 gives zero.
            let unused := shl(3, sub(32, count))
            value := shl(unused, shr(unused, mload(add(add(data, 32), position))))
        }
    }

    /// @notice One byte.
    function byteAt(bytes memory data, uint256 position) internal pure returns (uint256) {
        return uint256(word(data, position, 1)) >> 248;
    }

    /// @notice 2 bytes, little-endian.
    function uint16At(bytes memory data, uint256 position) internal pure returns (uint16) {
        uint256 raw = uint256(word(data, position, 2)) >> 240;
        return uint16((raw >> 8) | (raw << 8));
    }

    /// @notice 4 bytes, little-endian.
    function uint32At(bytes memory data, uint256 position) internal pure returns (uint32) {
        return uint32(uint16At(data, position)) | (uint32(uint16At(data, position + 2)) << 16);
    }

    /// @notice 8 bytes, little-endian.
    function uint64At(bytes memory data, uint256 position) internal pure returns (uint64) {
        return uint64(uint32At(data, position)) | (uint64(uint32At(data, position + 4)) << 32);
    }

    /// @notice Whether `count` bytes at `position` are all zero.
    function isZero(bytes memory data, uint256 position, uint256 count) internal pure returns (bool) {
        for (uint256 i = 0; i < count; i += 32) {
            if (word(data, position + i, count - i < 32 ? count - i : 32) != 0) return false;
        }
        return true;
    }

    /// @notice keccak256 of the bytes from `start` up to `end`.
    function keccak(bytes memory data, uint256 start, uint256 end) internal pure returns (bytes32 digest) {
        _checkRange(data, start, end);
        assembly ("memory-safe") {
            digest := keccak256(add(add(data, 32), start), sub(end, start))
        }
    }

    /// @notice SHA-256 of the bytes from `start` up to `end`, by the precompile at 2.
    function sha(bytes memory data, uint256 start, uint256 end) internal view returns (bytes32 digest) {
        _checkRange(data, start, end);
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), 2, add(add(data, 32), start), sub(end, start), 0, 32)
            done := and(done, eq(returndatasize(), 32))
            digest := mload(0)
        }
        // It fails only for lack of gas, which says nothing about the data.
        if (!done) revert Slices_HashFailed(gasleft());
    }

    /// @notice Reverts unless `count` bytes at `position` lie inside the data.
    function check(bytes memory data, uint256 position, uint256 count) internal pure {
        if (position > data.length || count > data.length - position) {
            revert Slices_OutOfBounds(position, count, data.length);
        }
    }

    function _checkRange(bytes memory data, uint256 start, uint256 end) private pure {
        if (start > end || end > data.length) revert Slices_OutOfBounds(start, end, data.length);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Whether bytes are the one encoding of a query receipt (docs/protocol.md, section 6)
/// @notice A total function: it answers for any bytes and has no step that could run out of anything but the caller's gas.
library LeafCodec {
    /// @dev Offset, ten members, the length of the array.
    uint256 private constant WORDS = 12;
    uint256 private constant MOST_SHARDS = 256;

    /// @notice Whether `data` is `abi.encode(QueryReceipt)` with a known finish reason and at most 256 receipts.
    function isCanonical(bytes calldata data) internal pure returns (bool) {
        if (data.length < WORDS * 32) return false;
        uint256 shards = _word(data, 11);
        if (shards > MOST_SHARDS || data.length != (WORDS + shards) * 32) return false;
        if (_word(data, 0) != 32 || _word(data, 3) != 320) return false;
        uint256 finish = _word(data, 4);
        if (finish == 0 || finish > 4) return false;
        if (_word(data, 5) > type(uint32).max || _word(data, 6) > type(uint32).max) return false;
        return _word(data, 9) <= type(uint128).max;
    }

    function _word(bytes calldata data, uint256 index) private pure returns (uint256) {
        return uint256(bytes32(data[index * 32:index * 32 + 32]));
    }
}

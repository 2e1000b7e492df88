// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title History of a value
library Checkpoints {
    struct Checkpoint {
        uint64 time;
        uint128 value;
    }

    /// @notice Records `value` from now on.
    function push(Checkpoint[] storage self, uint128 value) internal {
        uint256 length = self.length;
        if (length > 0 && self[length - 1].time == block.timestamp) self[length - 1].value = value;
        else self.push(Checkpoint(uint64(block.timestamp), value));
    }

    /// @notice The value at the end of `time`; zero before the first record.
    function valueAt(Checkpoint[] storage self, uint64 time) internal view returns (uint128) {
        uint256 low = 0;
        uint256 high = self.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (self[middle].time <= time) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : self[low - 1].value;
    }
}

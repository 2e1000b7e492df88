// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "./Binary32.sol";

/// @title Sums in 16 lanes (ruling 7)
library Lanes {
    /// @notice lane[i] = lane[i] + lane[i + w] for w = 8, 4, 2, 1; returns lane 0. Overwrites the lanes.
    function fold(uint256[] memory lanes) internal pure returns (uint256) {
        for (uint256 width = 8; width > 0; width >>= 1) {
            for (uint256 i = 0; i < width; i++) {
                lanes[i] = Binary32.add(lanes[i], lanes[i + width]);
            }
        }
        return lanes[0];
    }
}

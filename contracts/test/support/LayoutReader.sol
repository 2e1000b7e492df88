// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorLayout} from "../../src/libraries/OperatorLayout.sol";
import {DisputeContext, Operator} from "../../src/types/DisputeTypes.sol";

/// @notice The layout behind external calls, for lists that are made in memory.
contract LayoutReader {
    function groups(DisputeContext calldata c) external pure returns (uint256) {
        return OperatorLayout.groupCount(c);
    }

    function size(DisputeContext calldata c, uint256 group) external pure returns (uint256) {
        return OperatorLayout.groupSize(c, group);
    }

    function locate(DisputeContext calldata c, uint256 group, uint256 index)
        external
        pure
        returns (Operator op, uint256 unit, uint256 length)
    {
        (op, unit) = OperatorLayout.locate(c, group, index);
        length = OperatorLayout.contentLength(c, op, unit);
    }

    function place(DisputeContext calldata c, uint256 group, Operator op, uint256 unit)
        external
        pure
        returns (uint256 index)
    {
        (index,) = OperatorLayout.place(c, group, op, unit);
    }

    function segments(DisputeContext calldata c, Operator op) external pure returns (uint256 count, uint256 length) {
        return (OperatorLayout.unitCount(c, op), OperatorLayout.segmentLength(c, op));
    }
}

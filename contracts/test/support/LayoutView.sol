// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorLayout} from "../../src/libraries/OperatorLayout.sol";
import {WeightLayout} from "../../src/libraries/WeightLayout.sol";
import {DisputeContext, Operator} from "../../src/types/DisputeTypes.sol";
import {ModelConfig} from "../../src/types/Types.sol";

/// @notice The layout libraries behind external functions, since they take calldata.
contract LayoutView {
    function groupCount(DisputeContext calldata c) external pure returns (uint256) {
        return OperatorLayout.groupCount(c);
    }

    function groupSize(DisputeContext calldata c, uint256 group) external pure returns (uint256) {
        return OperatorLayout.groupSize(c, group);
    }

    function locate(DisputeContext calldata c, uint256 group, uint256 index) external pure returns (Operator, uint256) {
        return OperatorLayout.locate(c, group, index);
    }

    function place(DisputeContext calldata c, uint256 group, Operator op, uint256 unit)
        external
        pure
        returns (uint256 index, uint256 size)
    {
        return OperatorLayout.place(c, group, op, unit);
    }

    function unitCount(DisputeContext calldata c, Operator op) external pure returns (uint256) {
        return OperatorLayout.unitCount(c, op);
    }

    function contentOf(Operator op) external pure returns (OperatorLayout.Content) {
        return OperatorLayout.contentOf(op);
    }

    function elementCount(DisputeContext calldata c, Operator op) external pure returns (uint256) {
        return OperatorLayout.elementCount(c, op);
    }

    function columnCount(DisputeContext calldata c, Operator op) external pure returns (uint256) {
        return OperatorLayout.columnCount(c, op);
    }

    function planeCount(DisputeContext calldata c, Operator op) external pure returns (uint256) {
        return OperatorLayout.planeCount(c, op);
    }

    function segmentLength(DisputeContext calldata c, Operator op) external pure returns (uint256) {
        return OperatorLayout.segmentLength(c, op);
    }

    function segmentElements(DisputeContext calldata c, Operator op, uint256 unit) external pure returns (uint256) {
        return OperatorLayout.segmentElements(c, op, unit);
    }

    function contentLength(DisputeContext calldata c, Operator op, uint256 unit) external pure returns (uint256) {
        return OperatorLayout.contentLength(c, op, unit);
    }

    function elementAt(DisputeContext calldata c, Operator op, uint256 unit, uint256 element, uint256 plane)
        external
        pure
        returns (uint256)
    {
        return OperatorLayout.elementAt(c, op, unit, element, plane);
    }

    function hiddenOf(DisputeContext calldata c, uint256 group) external pure returns (uint256, Operator) {
        return OperatorLayout.hiddenOf(c, group);
    }

    function layerOf(DisputeContext calldata c, uint256 group) external pure returns (uint256) {
        return OperatorLayout.layerOf(c, group);
    }

    function kvRowCount(DisputeContext calldata c) external pure returns (uint256) {
        return OperatorLayout.kvRowCount(c);
    }

    function kvRowIndex(DisputeContext calldata c, uint256 group, Operator op, uint256 head)
        external
        pure
        returns (uint256)
    {
        return OperatorLayout.kvRowIndex(c, group, op, head);
    }

    function tensor(ModelConfig calldata c, uint256 role, uint256 layer)
        external
        pure
        returns (WeightLayout.Tensor memory)
    {
        return WeightLayout.tensor(c, role, layer);
    }

    function tensorOf(ModelConfig calldata c, uint256 id) external pure returns (WeightLayout.Tensor memory) {
        return WeightLayout.tensorOf(c, id);
    }

    function pageCount(ModelConfig calldata c) external pure returns (uint256) {
        return WeightLayout.pageCount(c);
    }

    function pageLength(WeightLayout.Tensor calldata t, uint256 page) external pure returns (uint256) {
        return WeightLayout.pageLength(t, page);
    }

    function header(WeightLayout.Tensor calldata t, uint256 row, uint256 page) external pure returns (bytes24) {
        return WeightLayout.header(t, row, page);
    }

    function leafIndex(WeightLayout.Tensor calldata t, uint256 row, uint256 page) external pure returns (uint256) {
        return WeightLayout.leafIndex(t, row, page);
    }
}

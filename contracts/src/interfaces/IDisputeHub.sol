// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Penalty, StakeKind} from "../types/Types.sol";
import {IDisputeModule} from "./IDisputeModule.sol";
import {ITeeTeeRollup} from "./ITeeTeeRollup.sol";

/// @title The dispute module: several kinds of dispute behind one address
/// @notice Passes what a kind decides on to the stakes, and to nobody else's order. The kinds are fixed at construction.
interface IDisputeHub is IDisputeModule {
    error Hub_OnlyKind(address caller);
    error Hub_BadKind(address kind);

    /// @notice Whether `kind` is one of the contracts that may convict.
    function isKind(address kind) external view returns (bool);
    function kinds() external view returns (address[] memory);
    function rollup() external view returns (ITeeTeeRollup);

    /// @notice As `IHostRegistry.freeze`; returns the round of freezes that this one is counted in, which `unfreeze` wants back.
    function freeze(StakeKind kind, bytes32 id) external returns (uint32 round);
    /// @notice Takes a freeze back, unless it ran out and was dropped.
    function unfreeze(StakeKind kind, bytes32 id, uint32 round) external;
    /// @notice As `IHostRegistry.slash`.
    function slash(StakeKind kind, bytes32 id, Penalty calldata penalty) external;
    /// @notice As `ITeeTeeRollup.rollBack`.
    function rollBack(uint64 fromIndex, bytes32 batchHash) external;
    /// @notice As `ICredits.freezeEarnings`, `unfreezeEarnings`, `forfeitEarnings`, `holdWithdrawal`.
    function freezeEarnings(address owner, uint128 amount) external;
    function unfreezeEarnings(address owner, uint128 amount) external;
    function forfeitEarnings(address owner, uint128 amount) external;
    function holdWithdrawal(address user, uint64 until) external;
    /// @notice As `IHostRegistry.suspendModel`.
    function suspendModel(bytes32 modelId) external;
    /// @notice As `IHostRegistry.revokeKey`, if the registry allows it.
    function inForce() external view returns (bool);
}

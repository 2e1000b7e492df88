// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Penalty, StakeKind} from "../types/Types.sol";
import {IDisputeModule} from "./IDisputeModule.sol";
import {ITeeTeeRollup} from "./ITeeTeeRollup.sol";

/// @title The dispute module: several kinds of dispute behind one address
/// @notice Passes what a kind decides on to stakes, earnings and batches, and what anybody else says to nobody. The kinds are fixed at
/// construction and each implements `IDisputeModule`. Holds no money.
interface IDisputeHub is IDisputeModule {
    error Hub_OnlyKind(address caller);
    error Hub_BadKind(address kind);

    /// @notice As `IHostRegistry.freeze`; returns the round of freezes that this one is counted in, which `unfreeze` wants back.
    function freeze(StakeKind kind, bytes32 id) external returns (uint32 round);
    /// @notice Takes a freeze back, unless it ran out and was dropped: then a present one is another dispute's.
    function unfreeze(StakeKind kind, bytes32 id, uint32 round) external;
    /// @notice As `IHostRegistry.slash`.
    function slash(StakeKind kind, bytes32 id, Penalty calldata penalty) external;
    /// @notice As `ITeeTeeRollup.rollBack`.
    function rollBack(uint64 fromIndex, bytes32 batchHash) external;
    /// @notice As `ICredits.freezeEarnings`; returns the round of freezes that this one is counted in.
    function freezeEarnings(address owner, uint128 amount) external returns (uint32 round);
    /// @notice Lets frozen earnings go, unless the freeze ran out and was dropped; never more than is frozen.
    function unfreezeEarnings(address owner, uint128 amount, uint32 round) external;
    /// @notice Takes earnings away for good. What is frozen stays so: a kind lets its own freeze go before.
    function forfeitEarnings(address owner, uint128 amount) external;
    /// @notice As `ICredits.holdWithdrawal`.
    function holdWithdrawal(address user, uint64 until) external;
    /// @notice As `IHostRegistry.suspendModel`.
    function suspendModel(bytes32 modelId) external;

    function rollup() external view returns (ITeeTeeRollup);
    function kinds() external view returns (address[] memory);
    /// @notice Whether `kind` is one of the contracts that may convict.
    function isKind(address kind) external view returns (bool);
    /// @notice Whether convictions still have an effect: a module that was replaced cannot reach the stakes.
    function inForce() external view returns (bool);
}

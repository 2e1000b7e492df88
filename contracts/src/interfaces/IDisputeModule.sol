// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The one contract that may convict
/// @notice Finality asks it; in return it alone may roll back, freeze, slash and void through the entry points of the three contracts.
interface IDisputeModule {
    /// @notice Whether the batch must not become final yet (an open data challenge, an undecided roll-back).
    /// @dev A revert counts as true. Not asked once `disputeHorizon` has passed since the end of the window: no module can lock money for good.
    function blocksFinality(uint64 batchIndex, bytes32 batchHash) external view returns (bool);
}

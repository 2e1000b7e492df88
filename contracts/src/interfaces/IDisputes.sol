// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeHub} from "./IDisputeHub.sol";
import {ITeeTeeRollup} from "./ITeeTeeRollup.sol";

/// @title What every kind of dispute has: bonds and payouts
/// @notice Holds the bonds of open disputes and what closed ones owe, nothing else: balance >= bondsHeld + totalPayouts at any time (more
/// only if somebody forces ETH in). Bounties come from the convicted stake and wait in the registry (`IHostRegistry.withdrawPayout`).
interface IDisputes {
    event BondTaken(address indexed from, uint128 amount);
    event PayoutCredited(address indexed to, uint128 amount);
    event PayoutWithdrawn(address indexed owner, address to, uint128 amount);

    error Disputes_WrongBond(uint256 sent, uint128 bond);
    error Disputes_NothingToPay(address owner);
    error Disputes_BadAddress(address value);

    /// @notice Pays the caller the bonds that it got back or won.
    function withdrawPayout(address to) external returns (uint128 amount);

    function rollup() external view returns (ITeeTeeRollup);
    /// @notice The dispute module that this stands behind.
    function hub() external view returns (IDisputeHub);
    function payoutOf(address owner) external view returns (uint128);
    /// @notice Bonds of open disputes.
    function bondsHeld() external view returns (uint128);
    function totalPayouts() external view returns (uint128);
}

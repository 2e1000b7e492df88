// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Payment of ETH and checked amounts
library Ether {
    /// @dev Nobody holds the key of this address; what is sent there is out of circulation.
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    error Ether_TransferFailed(address to, uint256 amount);
    error Ether_TooLarge(uint256 amount);

    /// @notice Sends ETH and reverts when the receiver does.
    function send(address to, uint256 amount) internal {
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert Ether_TransferFailed(to, amount);
    }

    /// @notice The amount as the type that all accounting uses.
    function narrow(uint256 amount) internal pure returns (uint128) {
        if (amount > type(uint128).max) revert Ether_TooLarge(amount);
        return uint128(amount);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IQuoteVerifier} from "../interfaces/IQuoteVerifier.sol";

/// @title A question that its judge cannot make fail
/// @notice Asks a key's own judge whether its image or platform has lapsed. The judge may be a module that was replaced long ago, so
/// nothing it does may make the caller revert: no code, a revert, a short or absurd answer, endless work and endless return data all
/// read as "no answer".
library Standing {
    /// @dev What the judge may use: about ninety cold storage reads. The question must not cost more than a shard's chain read can.
    uint256 internal constant GAS = 200_000;
    /// @dev 63/64 of this is still more than `GAS` once the call itself is paid, so a caller cannot starve the judge into silence.
    uint256 internal constant GAS_NEEDED = GAS + GAS / 32 + 10_000;

    /// @notice The caller's gas decides nothing: with less than this the whole call reverts.
    error Standing_TooLittleGas(uint256 gasLeft, uint256 needed);

    /// @return answered Whether the judge said anything.
    /// @return lapsedAt What it said: Unix seconds, zero for good standing. Zero without an answer.
    function ask(address judge, bytes32 image, bytes32 platform) internal view returns (bool answered, uint64 lapsedAt) {
        if (gasleft() < GAS_NEEDED) revert Standing_TooLittleGas(gasleft(), GAS_NEEDED);
        bytes memory question = abi.encodeCall(IQuoteVerifier.lapsedAt, (image, platform));
        uint256 value;
        // Only one word is copied, whatever comes back.
        assembly ("memory-safe") {
            answered := staticcall(GAS, judge, add(question, 32), mload(question), 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            value := mload(0)
        }
        if (!answered || value > type(uint64).max) return (false, 0);
        return (true, uint64(value));
    }
}

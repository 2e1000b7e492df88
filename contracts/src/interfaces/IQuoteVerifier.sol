// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Judge of attestation evidence
/// @notice The registry asks it before it accepts a key, and afterwards whether the key's image and platform are still in good standing; a
/// challenge of a batch's quote asks it about the past. It never holds money and cannot call back (every function is a view).
interface IQuoteVerifier {
    /// @notice What good evidence says.
    struct Claims {
        /// First second from which the evidence no longer counts (Unix seconds).
        uint64 expiresAt;
        /// What runs: keccak256 of the measurements that the allow-list names.
        bytes32 image;
        /// Where it runs: identifies the PCK certificate by issuer and serial number.
        bytes32 platform;
    }

    /// @notice Judges evidence for 64 bytes of report data, by the policy of now.
    /// @param evidence Bytes whose form the verifier defines; anything but good evidence reverts with an error that names the fault.
    /// @param reportDataHigh Bytes 0 to 31 that the evidence must carry.
    /// @param reportDataLow Bytes 32 to 63 that the evidence must carry.
    function verify(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow)
        external
        view
        returns (Claims memory claims);

    /// @notice The same by the dates and the policy of an earlier second: what was good then is judged good whenever it is asked.
    /// @param time Unix seconds, not in the future.
    function verifyAt(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow, uint64 time)
        external
        view
        returns (Claims memory claims);

    /// @notice When an image or a platform fell out of favour (de-listed, revoked): the earlier of the two, zero while both are in good standing.
    function lapsedAt(bytes32 image, bytes32 platform) external view returns (uint64);

    /// @notice Whether what it accepts may come from simulated hardware. Production deployments refuse such a verifier.
    function simulated() external view returns (bool);
}

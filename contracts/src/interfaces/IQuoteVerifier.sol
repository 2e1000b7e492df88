// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Judge of attestation evidence
/// @notice The registry asks it before it accepts a key; it never holds money and cannot call back into the registry (view).
interface IQuoteVerifier {
    /// @notice Judges evidence for 64 bytes of report data.
    /// @param evidence Bytes whose form the verifier defines; hostile input must give `ok = false` or a revert.
    /// @param reportDataHigh Bytes 0 to 31 that the evidence must carry.
    /// @param reportDataLow Bytes 32 to 63 that the evidence must carry.
    /// @return ok Whether the evidence is good for this report data now.
    /// @return expiresAt Unix seconds from which it no longer counts; meaningless unless `ok`.
    function verify(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow)
        external
        view
        returns (bool ok, uint64 expiresAt);

    /// @notice Whether what it accepts may come from simulated hardware. Production deployments refuse such a verifier.
    function simulated() external view returns (bool);
}

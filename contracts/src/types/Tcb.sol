// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a platform family must have reached. All numbers are minimums over all 16 components (the strict rule).
struct TcbPolicy {
    /// SVNs of the PCK certificate's components, one byte each.
    bytes16 sgxComponents;
    /// SVNs of the TD report's TEE_TCB_SVN, one byte each.
    bytes16 tdxComponents;
    /// Byte i (from the left): minimum of the TDX module's SVN (TEE_TCB_SVN[0]) where its major version (TEE_TCB_SVN[1]) is i.
    bytes32 moduleSvns;
    /// Bit i: TDX modules of major version i pass. Larger versions than 31 never do.
    uint32 moduleVersions;
    /// Minimum PCESVN of the PCK certificate.
    uint16 pceSvn;
    /// PCEID that the PCK certificate must have.
    uint16 pceId;
    /// tcbEvaluationDataNumber of the TCB info that the policy was made of.
    uint32 evaluationNumber;
    /// First second at which the policy no longer counts.
    uint64 validUntil;
}

/// @notice The quoting enclave that quotes must come from. Bytes as in Intel's QE identity.
struct QeIdentity {
    bytes32 mrSigner;
    bytes16 attributes;
    bytes16 attributesMask;
    bytes4 miscSelect;
    bytes4 miscSelectMask;
    uint16 isvProdId;
    /// Minimum ISVSVN.
    uint16 isvSvn;
    /// tcbEvaluationDataNumber of the QE identity.
    uint32 evaluationNumber;
}

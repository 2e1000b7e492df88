using TeeTee.Primitives;

namespace TeeTee.Verifier.Service;

/// <summary>The answer of GET /v1/info.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Rollup">The contract that is followed.</param>
/// <param name="AuditKey">X25519 key to which users may wrap the data key of a sealed job, so that this verifier re-executes it; null if it audits none.</param>
internal sealed record VerifierInfo(ulong ChainId, Address Rollup, Bytes32? AuditKey);

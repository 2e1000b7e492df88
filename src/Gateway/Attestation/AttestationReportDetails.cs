using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Attestation;

/// <summary>What an attestation report is about.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Rollup">Address of TeeTeeRollup.</param>
/// <param name="Sequencer">Who put the report together.</param>
/// <param name="Model">The name that clients use.</param>
/// <param name="ModelId">Its identity.</param>
/// <param name="Nonce">The challenge.</param>
/// <param name="Complete">Whether every shard of the pipeline answered.</param>
/// <param name="Missing">Those that did not, in layer order.</param>
public sealed record AttestationReportDetails(
    ulong ChainId, Address Rollup, Address Sequencer, string Model, Bytes32 ModelId, Bytes32 Nonce, bool Complete, ImmutableArray<AttestationGap> Missing);

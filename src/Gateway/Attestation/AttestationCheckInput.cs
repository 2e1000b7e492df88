using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Contracts;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Attestation;

/// <summary>All that the judgement of an attestation report depends on besides the report.</summary>
public sealed record AttestationCheckInput
{
    /// <summary>The challenge that the caller drew for this report alone.</summary>
    public required Bytes32 Nonce { get; init; }

    /// <summary>Chain and contract that the caller trusts.</summary>
    public required RollupDomain Domain { get; init; }

    /// <summary>The model that the caller means to use.</summary>
    public required Bytes32 ModelId { get; init; }

    /// <summary>The pinned root.</summary>
    public required TrustedRoot Root { get; init; }

    /// <summary>The moment to verify at.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What a quote must be besides genuine.</summary>
    public QuotePolicy Policy { get; init; } = new();

    /// <summary>
    /// The caller's own collateral, which wins over the report's where it holds some for a quote's platform. Either is believed for its signatures
    /// only; but whoever relays it chooses how old it is, within its dates.
    /// </summary>
    public ICollateralProvider? Collateral { get; init; }

    /// <summary>What the contracts say of the slots in the report; null where they are not asked.</summary>
    public NodeFacts? Facts { get; init; }
}

using TeeTee.Attestation.Certificates;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>What a deployment's chain accepts as evidence from its first second on.</summary>
public sealed record AttestationPolicy
{
    /// <summary>The root key of TdxQuoteVerifier: Intel's, or that of a simulated PKI. Fixed for good.</summary>
    public required TrustedRoot Root { get; init; }

    /// <summary>Seconds from announcing a loosening to its effect; at least a day with Intel's root.</summary>
    public required ulong LooseningDelay { get; init; }

    /// <summary>Images that may run; see <see cref="AttestedImage"/>.</summary>
    public required IReadOnlyList<Bytes32> Images { get; init; }

    /// <summary>Values of TD_ATTRIBUTES that pass; never with DEBUG.</summary>
    public required IReadOnlyList<ulong> Attributes { get; init; }

    /// <summary>One entry for each platform family.</summary>
    public required IReadOnlyList<TcbPolicy> Platforms { get; init; }

    /// <summary>The quoting enclave.</summary>
    public required QuotingEnclave Enclave { get; init; }
}

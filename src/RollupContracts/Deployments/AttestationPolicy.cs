using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
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

    /// <summary>The policy that one platform family's collateral asks for; other families can be added to <see cref="Platforms"/>.</summary>
    /// <param name="root">The root that quotes must lead to; the collateral is the caller's and is not verified here.</param>
    /// <param name="images">What may run.</param>
    /// <param name="validUntil">Unix seconds at which the platform's policy ends; with the collateral if null.</param>
    /// <exception cref="ArgumentException">The collateral is not about TDX, malformed, or accepts no level; the message names the cause.</exception>
    public static AttestationPolicy FromCollateral(
        TrustedRoot root, QuoteCollateral collateral, IEnumerable<Bytes32> images, ulong looseningDelay, ulong? validUntil = null)
    {
        if (!CollateralMapping.TryMapPlatform(collateral, null, out TcbPolicy? platform, out string cause)
            || !CollateralMapping.TryMapEnclave(collateral, null, out QuotingEnclave? enclave, out cause))
            throw new ArgumentException($"The collateral gives no policy: {cause}.", nameof(collateral));
        return new AttestationPolicy
        {
            Root = root,
            LooseningDelay = looseningDelay,
            Images = [.. images.Distinct()],
            Attributes = [QuotePolicy.SeptVeDisable],
            Platforms = [validUntil is { } end ? platform with { ValidUntil = end } : platform],
            Enclave = enclave,
        };
    }
}

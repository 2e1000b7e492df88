using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>One state of affairs, held twice: as a registry with its verifier on the chain, and as policies of the C# verifier.</summary>
internal sealed class AgreementWorld
{
    // RTMR3 is not part of an image.
    private static readonly TdMeasurement[] s_registers =
        [TdMeasurement.MrTd, TdMeasurement.Rtmr0, TdMeasurement.Rtmr1, TdMeasurement.Rtmr2, TdMeasurement.MrConfigId];

    public required string Name { get; init; }

    /// <summary>What the deployer puts into the registry.</summary>
    public required AttestationPolicy Policy { get; init; }

    /// <summary>What may run.</summary>
    public required IReadOnlyList<SimulatedMeasurements> Images { get; init; }

    /// <summary>The image that is de-listed at <see cref="DelistedAt"/>, the last one.</summary>
    public bool Delists { get; init; }

    public required DateTimeOffset DelistedAt { get; init; }

    /// <summary>Raised to after deployment; 0 for none.</summary>
    public int MinimumEvaluationNumber { get; init; }

    /// <summary>Platforms revoked after deployment.</summary>
    public IReadOnlyList<Bytes32> RevokedPlatforms { get; init; } = [];

    /// <summary>Authorities revoked after deployment: keccak256 of their keys.</summary>
    public IReadOnlyList<Bytes32> RevokedIssuers { get; init; } = [];

    /// <summary>The deployed TdxQuoteVerifier.</summary>
    public Address Verifier { get; set; }

    /// <summary>The same rules for C#, as of a moment.</summary>
    public QuotePolicy PolicyAt(DateTimeOffset time)
    {
        SimulatedMeasurements[] images = [.. Delists && time >= DelistedAt ? Images.SkipLast(1) : Images];
        return new QuotePolicy
        {
            AllowSimulated = true,
            StrictComponents = true,
            AcceptedStatuses = [TcbStatus.UpToDate],
            AllowedTdAttributes = Policy.Attributes,
            MinTcbEvaluationDataNumber = MinimumEvaluationNumber,
            AllowedMeasurements = s_registers.ToDictionary(
                register => register, register => (IReadOnlyList<ReadOnlyMemory<byte>>)[.. images.Select(image => image[register])]),
        };
    }
}

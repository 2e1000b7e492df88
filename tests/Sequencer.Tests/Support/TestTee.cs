using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>One simulated machine for all scripted shards, and the collateral of its platform.</summary>
internal static class TestTee
{
    private static readonly SimulatedPki s_pki = SimulatedPki.Create(TimeProvider.System);

    public static SimulatedMeasurements Measurements { get; } = SimulatedMeasurements.Of("image", "compose");

    public static SimulatedQuoteSource Source { get; } = new(s_pki, Measurements);

    public static TrustedRoot Root => s_pki.Root;

    public static QuoteCollateral Collateral { get; } = s_pki.Collateral(DateTimeOffset.UtcNow);

    public static QuoteCollateral CollateralOf(DateTimeOffset now) => s_pki.Collateral(now);

    public static ICollateralProvider Provider { get; } = new HeldCollateral(Collateral);

    public static Task<byte[]> QuoteAsync(byte[] reportData) => Source.GetQuoteAsync(reportData, CancellationToken.None);
}

using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests;

/// <summary>One simulated machine and the input under which its quotes are accepted.</summary>
internal static class QuoteFixture
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static readonly SimulatedPki Pki = SimulatedPki.Create(Now.AddDays(-90), Now.AddYears(10));

    public static readonly QuoteCollateral GoodCollateral = Pki.Collateral(Now);

    public static readonly SimulatedMeasurements Measurements = SimulatedMeasurements.Of("image", "compose");

    public static readonly SimulatedQuoteSource Source = new(Pki, Measurements);

    public static readonly byte[] ReportData = [.. Enumerable.Range(0, 64).Select(i => (byte)(200 - i))];

    public static readonly byte[] Ordinary = Make(SimulatedQuoteShape.Ordinary);

    public static readonly QuotePolicy Development = new() { AllowSimulated = true };

    public static byte[] Make(SimulatedQuoteShape shape) => Source.Make(ReportData, shape);

    public static QuoteVerificationInput Input(QuotePolicy? policy = null, TrustedRoot? root = null, QuoteCollateral? collateral = null) => new()
    {
        Now = Now,
        Root = root ?? Pki.Root,
        Collateral = collateral ?? GoodCollateral,
        ExpectedReportData = ReportData,
        Policy = policy ?? Development,
    };

    /// <summary>Collateral that departs from the ordinary one.</summary>
    public static QuoteCollateral CollateralOf(Func<SimulatedCollateralShape, SimulatedCollateralShape> change) =>
        Pki.Collateral(change(new SimulatedCollateralShape { IssuedAt = Now.AddDays(-1) }));

    /// <summary>An ordinary quote of a machine whose PCK certificate or chain departs from the ordinary one.</summary>
    public static byte[] MakeOn(SimulatedPckShape shape)
    {
        using SimulatedQuoteSource machine = new(Pki, Measurements, shape);
        return machine.Make(ReportData, SimulatedQuoteShape.Ordinary);
    }

    /// <summary>The text with one thing in it changed, at every place; it must be there.</summary>
    public static string Replace(string text, string old, string changed)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, changed, StringComparison.Ordinal);
    }

    public static QuoteVerdict Verify(byte[] quote, QuoteCollateral collateral, QuotePolicy? policy = null) =>
        QuoteVerifier.Verify(quote, Input(policy, collateral: collateral));

    public static QuoteVerdict Verify(byte[] quote) => QuoteVerifier.Verify(quote, Input());

    public static void AssertRefused(QuoteStage stage, string cause, QuoteVerdict verdict)
    {
        Assert.False(verdict.Accepted);
        Assert.Equal(stage, verdict.Error.Stage);
        Assert.Contains(cause, verdict.Error.Cause, StringComparison.Ordinal);
    }

    /// <summary>The same bytes with one of them changed.</summary>
    public static byte[] Flip(byte[] bytes, int offset, byte mask = 1)
    {
        byte[] changed = [.. bytes];
        changed[offset] ^= mask;
        return changed;
    }
}

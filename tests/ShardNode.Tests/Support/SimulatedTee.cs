using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>A simulated machine of its own, and the judgement of its quotes.</summary>
internal sealed class SimulatedTee : IDisposable
{
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly SimulatedQuoteSource _source;

    public SimulatedTee()
    {
        _source = new SimulatedQuoteSource(_pki, SimulatedMeasurements.Of("image", "compose"));
        Quotes = new ScriptedQuotes(_source);
    }

    public ScriptedQuotes Quotes { get; }

    /// <summary>A quote past the script.</summary>
    public Task<byte[]> MakeAsync(byte[] reportData) => _source.GetQuoteAsync(reportData, CancellationToken.None);

    public QuoteVerdict Verify(ReadOnlySpan<byte> quote, byte[] reportData) => QuoteVerifier.Verify(quote, new QuoteVerificationInput
    {
        Now = DateTimeOffset.UtcNow,
        Root = _pki.Root,
        Collateral = _pki.Collateral(DateTimeOffset.UtcNow),
        ExpectedReportData = reportData,
        Policy = new QuotePolicy { AllowSimulated = true },
    });

    public void Dispose()
    {
        _source.Dispose();
        _pki.Dispose();
    }
}

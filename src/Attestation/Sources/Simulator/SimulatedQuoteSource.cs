using System.Security.Cryptography;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>
/// Quotes of a TD that does not exist: the real format and real signatures below a <see cref="SimulatedPki"/>, with
/// a PCK certificate and an attestation key of its own for each instance.
/// </summary>
public sealed class SimulatedQuoteSource : IQuoteSource, IDisposable
{
    private readonly ECDsa _pckKey;
    private readonly ECDsa _attestationKey;
    private readonly byte[] _chainPem;
    private readonly Lock _gate = new();

    /// <summary>A machine below a PKI with the given measurements; the PKI may be disposed afterwards.</summary>
    public SimulatedQuoteSource(SimulatedPki pki, SimulatedMeasurements measurements)
        : this(pki, measurements, new SimulatedPlatform())
    {
    }

    internal SimulatedQuoteSource(SimulatedPki pki, SimulatedMeasurements measurements, SimulatedPlatform platform)
    {
        ArgumentNullException.ThrowIfNull(pki);
        ArgumentNullException.ThrowIfNull(measurements);
        (_pckKey, _chainPem) = pki.IssuePck(platform);
        _attestationKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Measurements = measurements;
    }

    /// <inheritdoc/>
    public string TeeType => "simulated";

    /// <summary>What the quotes say about the machine.</summary>
    public SimulatedMeasurements Measurements { get; }

    /// <inheritdoc/>
    public Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        if (reportData.Length != QuoteLayout.ReportDataSize)
            throw new ArgumentException($"Report data of {reportData.Length} bytes, not 64.", nameof(reportData));
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Make(reportData.Span, SimulatedQuoteShape.Ordinary));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pckKey.Dispose();
        _attestationKey.Dispose();
    }

    internal byte[] Make(ReadOnlySpan<byte> reportData, SimulatedQuoteShape shape)
    {
        byte[] report = SimulatedReports.TdReport(shape.BodyType, Measurements, reportData);
        shape.EditReport(report);
        // ECDsa instances are not safe for concurrent use.
        lock (_gate)
        {
            return new SimulatedQuoteWriter(_pckKey, _attestationKey, _chainPem).Write(report, shape);
        }
    }
}

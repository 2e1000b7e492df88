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
        : this(pki, measurements, new SimulatedPckShape())
    {
    }

    internal SimulatedQuoteSource(SimulatedPki pki, SimulatedMeasurements measurements, SimulatedPckShape shape)
    {
        ArgumentNullException.ThrowIfNull(pki);
        ArgumentNullException.ThrowIfNull(measurements);
        (_pckKey, _chainPem, byte[] serial) = pki.IssuePck(shape);
        PckSerial = serial;
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

    /// <summary>The serial number of the machine's PCK certificate, big-endian.</summary>
    internal ReadOnlyMemory<byte> PckSerial { get; }

    internal byte[] Make(ReadOnlySpan<byte> reportData, SimulatedQuoteShape shape)
    {
        byte[] report = shape.IsTdx
            ? SimulatedReports.TdReport(shape.BodyType, Measurements, reportData)
            : SimulatedReports.SgxReport(reportData);
        shape.EditReport(report);
        // ECDsa instances are not safe for concurrent use.
        lock (_gate)
        {
            return new SimulatedQuoteWriter(_pckKey, _attestationKey, _chainPem).Write(report, shape);
        }
    }
}

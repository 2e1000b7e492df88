using System.Security.Cryptography;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>A machine with a PCK certificate of any form; its keys serve all its quotes.</summary>
/// <param name="Pck">Signs the quoting enclave's report.</param>
/// <param name="Attestation">Signs header and body.</param>
/// <param name="Chain">Leaf, issuer and root as they are inside the quote, DER.</param>
internal sealed record Machine(ECDsa Pck, ECDsa Attestation, byte[][] Chain) : IDisposable
{
    public byte[] Leaf => Chain[0];

    public byte[] Issuer => Chain[1];

    public byte[] Quote(SimulatedMeasurements measurements, byte[] reportData, SimulatedQuoteShape shape)
    {
        byte[] report = SimulatedReports.TdReport(shape.BodyType, measurements, reportData);
        shape.EditReport(report);
        return new SimulatedQuoteWriter(Pck, Attestation, ForgedCertificates.Chain(Chain)).Write(report, shape);
    }

    /// <summary>Signs header and body again after a change.</summary>
    public void Resign(byte[] quote, QuoteOffsets at) =>
        Attestation.SignData(quote.AsSpan(0, at.SignedEnd), quote.AsSpan(at.Signature, 64), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose()
    {
        Pck.Dispose();
        Attestation.Dispose();
    }
}

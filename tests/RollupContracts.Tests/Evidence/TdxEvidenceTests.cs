using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts.Tests.Evidence;

public sealed class TdxEvidenceTests : IDisposable
{
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly byte[] _quote;

    public TdxEvidenceTests()
    {
        using SimulatedQuoteSource machine = new(_pki, SimulatedMeasurements.Of("image", "compose"));
        _quote = machine.GetQuoteAsync(new byte[64], CancellationToken.None).GetAwaiter().GetResult();
    }

    public void Dispose() => _pki.Dispose();

    [Fact]
    public void TryCreate_Quote_TakesLeafAndIssuerOutOfItsChain()
    {
        Assert.True(TdxEvidence.TryCreate(_quote, out TdxEvidence? evidence, out _));
        Assert.True(TdxQuote.TryParse(_quote, out TdxQuote? parsed, out _));
        string pem = System.Text.Encoding.ASCII.GetString(parsed.Signature.PckChainPem.Span);

        // The text of a certificate is its DER again, in the order of the chain.
        int leaf = pem.IndexOf(Pem(evidence.PckCertificate), StringComparison.Ordinal);
        int issuer = pem.IndexOf(Pem(evidence.PckIssuer), StringComparison.Ordinal);
        Assert.True(leaf == 0 && issuer > leaf);
        Assert.Equal(_quote, evidence.Quote.ToArray());
    }

    [Fact]
    public void Create_Quote_IsTheAbiEncodingOfItsThreeParts()
    {
        Assert.True(TdxEvidence.TryCreate(_quote, out TdxEvidence? evidence, out _));
        object[] parts = AbiCodec.Decode([AbiType.Parse("bytes"), AbiType.Parse("bytes"), AbiType.Parse("bytes")], TdxEvidence.Create(_quote));
        Assert.Equal(
            [_quote, evidence.PckCertificate.ToArray(), evidence.PckIssuer.ToArray()], parts.Cast<byte[]>());
    }

    [Fact]
    public void TryCreate_PaddedQuote_KeepsThePaddingThatItsHashCovers()
    {
        byte[] padded = [.. _quote, .. new byte[70]];
        Assert.True(TdxEvidence.TryCreate(padded, out TdxEvidence? evidence, out _));
        Assert.Equal(padded, evidence.Quote.ToArray());
    }

    [Fact]
    public void Create_NoQuote_SaysWhy()
    {
        Assert.False(TdxEvidence.TryCreate(_quote.AsSpan(0, 700), out _, out string cause));
        Assert.Contains("signature data", cause, StringComparison.Ordinal);
        Assert.Throws<MalformedDataException>(() => TdxEvidence.Create(new byte[10]));
    }

    [Fact]
    public void TryCreate_OtherTextInTheChain_IsRefused()
    {
        byte[] changed = [.. _quote];
        int at = changed.AsSpan().LastIndexOf("-----BEGIN CERTIFICATE-----"u8);
        int second = changed.AsSpan(0, at).LastIndexOf("-----BEGIN CERTIFICATE-----"u8);
        "-----BEGIN PUBLICKEYS!-----"u8.CopyTo(changed.AsSpan(second));
        Assert.False(TdxEvidence.TryCreate(changed, out _, out string cause));
        Assert.Contains("PEM", cause, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCreate_DamagedQuote_NeverThrows()
    {
        Gen<(int, byte)> damage = from position in Gen.Choose(0, _quote.Length - 1) from mask in Gen.Choose(1, 255) select (position, (byte)mask);
        Prop.ForAll(damage.ToArbitrary(), change =>
        {
            byte[] damaged = [.. _quote];
            damaged[change.Item1] ^= change.Item2;
            bool made = TdxEvidence.TryCreate(damaged, out TdxEvidence? evidence, out string cause);
            return made ? evidence!.Quote.Span.SequenceEqual(damaged) && cause.Length == 0 : evidence is null && cause.Length > 0;
        }).QuickCheckThrowOnFailure();
    }

    private static string Pem(ReadOnlyMemory<byte> der) => new string(PemEncoding.Write("CERTIFICATE", der.Span)).ReplaceLineEndings("\n");
}

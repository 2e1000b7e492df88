using System.Numerics;
using System.Security.Cryptography;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Verification;

public sealed class ForgedQuoteTests
{
    private const int Signature = 636;
    private const int AttestationKey = Signature + 64;
    private const int OuterHeader = Signature + 128;
    private const int QeReport = OuterHeader + 6;
    private const int AuthenticationSize = QeReport + 448;
    private const int AuthenticationData = AuthenticationSize + 2;
    private const int InnerHeader = AuthenticationData + 32;
    private const int Chain = InnerHeader + 6;

    [Fact]
    public void Verify_EveryByteOutsideTheChain_IsRefusedAtItsStage()
    {
        for (int offset = 0; offset < Chain; offset++)
        {
            QuoteVerdict verdict = QuoteFixture.Verify(QuoteFixture.Flip(QuoteFixture.Ordinary, offset, 0x10));
            Assert.False(verdict.Accepted, $"byte {offset}");
            Assert.True(
                Expected(offset) == verdict.Error.Stage,
                $"byte {offset}: {verdict.Error}, expected stage {Expected(offset)}");
        }
    }

    [Fact]
    public void Verify_EveryByteOfTheChain_NeverGivesAnotherReport()
    {
        TdReport original = QuoteFixture.Verify(QuoteFixture.Ordinary).Report!;
        int accepted = 0;
        for (int offset = Chain; offset < QuoteFixture.Ordinary.Length; offset++)
        {
            QuoteVerdict verdict = QuoteFixture.Verify(QuoteFixture.Flip(QuoteFixture.Ordinary, offset));
            if (verdict.Accepted)
                accepted++;
            else
                Assert.Equal(QuoteStage.PckChain, verdict.Error.Stage);
            Assert.Equal(original, verdict.Report);
        }

        // Only the unused low bits of the last base64 digit of each certificate carry nothing.
        Assert.InRange(accepted, 0, 3);
    }

    [Fact]
    public void Verify_MalleableSignature_IsAcceptedAsTheSameReport()
    {
        byte[] quote = [.. QuoteFixture.Ordinary];
        BigInteger order = new(
            Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"), true, true);
        Span<byte> s = quote.AsSpan(Signature + 32, 32);
        byte[] mirrored = (order - new BigInteger(s, true, true)).ToByteArray(true, true);
        s.Clear();
        mirrored.CopyTo(s[(32 - mirrored.Length)..]);

        QuoteVerdict verdict = QuoteFixture.Verify(quote);

        Assert.Null(verdict.Error);
        Assert.Equal(QuoteFixture.Verify(QuoteFixture.Ordinary).Report, verdict.Report);
    }

    [Fact]
    public void Verify_SignatureOfZeros_IsRefused()
    {
        byte[] quote = [.. QuoteFixture.Ordinary];
        quote.AsSpan(Signature, 64).Clear();
        QuoteFixture.AssertRefused(QuoteStage.QuoteSignature, "bad signature", QuoteFixture.Verify(quote));
    }

    [Fact]
    public void Verify_BodySignedByAnotherKey_IsRefusedAtTheBinding()
    {
        byte[] quote = [.. QuoteFixture.Ordinary];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECPoint point = key.ExportParameters(false).Q;
        key.SignData(quote.AsSpan(0, 632), HashAlgorithmName.SHA256).CopyTo(quote.AsSpan(Signature));
        point.X!.CopyTo(quote.AsSpan(AttestationKey));
        point.Y!.CopyTo(quote.AsSpan(AttestationKey + 32));

        QuoteFixture.AssertRefused(QuoteStage.QeReport, "does not bind", QuoteFixture.Verify(quote));
    }

    [Fact]
    public void Verify_RandomMutations_NeverThrowAndNeverForge()
    {
        Random random = new(20261121);
        TdReport original = QuoteFixture.Verify(QuoteFixture.Ordinary).Report!;
        for (int i = 0; i < 4_000; i++)
        {
            byte[] quote = Mutate(random);
            QuoteVerdict verdict = QuoteFixture.Verify(quote);
            if (verdict.Accepted)
                Assert.Equal(original, verdict.Report);
        }
    }

    private static byte[] Mutate(Random random)
    {
        byte[] quote = QuoteFixture.Ordinary[..random.Next(random.Next(2) == 0 ? 1 : QuoteFixture.Ordinary.Length)];
        if (quote.Length == 0)
            quote = [.. QuoteFixture.Ordinary];
        for (int changes = random.Next(1, 6); changes > 0; changes--)
            quote[random.Next(quote.Length)] = (byte)random.Next(256);
        return quote;
    }

    private static QuoteStage Expected(int offset) => offset switch
    {
        < 8 => QuoteStage.Parse,
        < 12 => QuoteStage.QuoteSignature,
        < 28 => QuoteStage.Parse,
        < 632 => QuoteStage.QuoteSignature,
        < Signature => QuoteStage.Parse,
        < AttestationKey => QuoteStage.QuoteSignature,
        < OuterHeader => QuoteStage.QeReport,
        < QeReport => QuoteStage.Parse,
        < AuthenticationSize => QuoteStage.QeReport,
        < AuthenticationData => QuoteStage.Parse,
        < InnerHeader => QuoteStage.QeReport,
        _ => QuoteStage.Parse,
    };
}

using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>PCK certificates, chains and platforms that must not pass, in quotes that are signed all the way up.</summary>
public sealed class RefusedPlatformTests
{
    [Fact]
    public void Verify_RevokedPck_IsRefusedAndItsNeighbourIsNot()
    {
        using SimulatedQuoteSource revoked = new(Pki, Measurements);
        QuoteCollateral collateral = CollateralOf(shape => shape with { RevokedPcks = [new byte[] { 1 }, revoked.PckSerial, new byte[] { 2 }] });

        QuoteVerdict verdict = QuoteFixture.Verify(revoked.Make(ReportData, SimulatedQuoteShape.Ordinary), collateral);

        AssertRefused(QuoteStage.PckChain, $"\"Intel SGX PCK Certificate\" {Convert.ToHexStringLower(revoked.PckSerial.Span)} is revoked", verdict);
        Assert.Null(QuoteFixture.Verify(Ordinary, collateral).Error);
    }

    [Fact]
    public void Verify_RevokedAuthority_IsRefused()
    {
        QuoteCollateral platform = CollateralOf(shape => shape with { RevokedAuthorities = [Pki.SerialOf(PckAuthority.Platform)] });
        QuoteCollateral processor = CollateralOf(shape => shape with { RevokedAuthorities = [Pki.SerialOf(PckAuthority.Processor)] });

        AssertRefused(QuoteStage.PckChain, "Platform CA\"", QuoteFixture.Verify(Ordinary, platform));
        Assert.Null(QuoteFixture.Verify(Ordinary, processor).Error);
    }

    [Fact]
    public void Verify_ProcessorAuthority_NeedsItsOwnList()
    {
        byte[] quote = MakeOn(new SimulatedPckShape { Authority = PckAuthority.Processor });
        Assert.Null(QuoteFixture.Verify(quote, CollateralOf(shape => shape with { Authority = PckAuthority.Processor })).Error);
        AssertRefused(QuoteStage.PckCrl, "who issued the PCK certificate", QuoteFixture.Verify(quote, GoodCollateral));
    }

    [Fact]
    public void Verify_SameNamedAuthorityWithAnotherKey_NeedsItsOwnList()
    {
        using X509Certificate2 twin = Pki.IssueAuthority(new SimulatedAuthorityShape());
        AssertRefused(QuoteStage.PckCrl, "who issued the PCK certificate", QuoteFixture.Verify(MakeOn(new SimulatedPckShape { Intermediate = twin }), GoodCollateral));
    }

    [Fact]
    public void Verify_CertificateOutOfDate_IsNamed()
    {
        using X509Certificate2 expired = Pki.IssueAuthority(new SimulatedAuthorityShape { NotAfter = Now.AddSeconds(-1) });
        Refuse("\"Intel SGX PCK Certificate\" expired", new SimulatedPckShape { NotAfter = Now.AddSeconds(-1) });
        Refuse("\"Intel SGX PCK Certificate\" is not yet valid", new SimulatedPckShape { NotBefore = Now.AddSeconds(1) });
        Refuse("\"Intel SGX PCK Platform CA\" expired", new SimulatedPckShape { Intermediate = expired, NotAfter = Now.AddDays(1) });
    }

    [Fact]
    public void Verify_AuthorityWithoutItsRole_IsRefused()
    {
        using X509Certificate2 noAuthority = Pki.IssueAuthority(new SimulatedAuthorityShape { IsAuthority = false });
        using X509Certificate2 misnamed = Pki.IssueAuthority(new SimulatedAuthorityShape { CommonName = "Intel SGX TCB Signing" });
        Refuse("may not sign certificates", new SimulatedPckShape { Intermediate = noAuthority });
        Refuse("is not a PCK Platform or Processor CA", new SimulatedPckShape { Intermediate = misnamed });
        Refuse("the leaf's name \"Intel SGX TCB Signing\"", new SimulatedPckShape { CommonName = "Intel SGX TCB Signing" });
    }

    [Fact]
    public void Verify_OtherCountOrOrderOfCertificates_IsRefused()
    {
        Refuse("not PEM certificates", new SimulatedPckShape { EditChain = _ => ["nothing"] });
        Refuse("0 certificates", new SimulatedPckShape { EditChain = _ => [] });
        Refuse("1 certificates", new SimulatedPckShape { EditChain = chain => chain[..1] });
        Refuse("2 certificates", new SimulatedPckShape { EditChain = chain => chain[..2] });
        Refuse("more than 3", new SimulatedPckShape { EditChain = chain => [.. chain, chain[2]] });
        Refuse("root is not trusted", new SimulatedPckShape { EditChain = chain => [chain[2], chain[1], chain[0]] });
        Refuse("the leaf's name", new SimulatedPckShape { EditChain = chain => [chain[1], chain[0], chain[2]] });
        Refuse("the leaf's name", new SimulatedPckShape { EditChain = chain => [chain[1], chain[1], chain[2]] });
    }

    [Fact]
    public void Verify_SgxExtensionMissingOrRepeated_IsRefused()
    {
        Refuse("has no SGX extension", new SimulatedPckShape { EditSgxExtension = _ => null });
        Refuse("malformed", new SimulatedPckShape { EditSgxExtension = extension => extension[..^1] });
        Refuse("is there twice", new SimulatedPckShape { EditSgxExtension = RepeatFirstMember });
        Refuse("no SGX extension member 1.2.840.113741.1.13.1.1", new SimulatedPckShape { EditSgxExtension = DropFirstMember });
    }

    [Fact]
    public void Verify_OtherPlatform_IsRefused()
    {
        AssertRefused(
            QuoteStage.PlatformMatch,
            "FMSPC 53494d554c01 of the certificate, 53494d554c00 of the TCB info",
            QuoteFixture.Verify(MakeOn(new SimulatedPckShape { Platform = new SimulatedPlatform { Fmspc = "SIMUL\u0001"u8.ToArray() } }), GoodCollateral));
        AssertRefused(
            QuoteStage.PlatformMatch,
            "PCEID 0001 of the certificate, 0000 of the TCB info",
            QuoteFixture.Verify(MakeOn(new SimulatedPckShape { Platform = new SimulatedPlatform { PceId = new byte[] { 0, 1 } } }), GoodCollateral));
    }

    [Fact]
    public void Read_CertificateWithExtensionTwice_IsRefused()
    {
        string pem = "";
        MakeOn(new SimulatedPckShape
        {
            EditChain = chain =>
            {
                pem = chain[0];
                return chain;
            },
        });
        byte[] der = X509Certificate2.CreateFromPem(pem).RawData;
        // Subject key identifier (2.5.29.14) becomes a second basicConstraints (2.5.29.19).
        int at = der.AsSpan().IndexOf<byte>([0x06, 0x03, 0x55, 0x1D, 0x0E]);
        AsnContentException error = Assert.Throws<AsnContentException>(() => CertificateReader.Read(Flip(der, at + 4, 0x0E ^ 0x13)));
        Assert.Contains("2.5.29.19 is there twice", error.Message, StringComparison.Ordinal);
    }

    private static void Refuse(string cause, SimulatedPckShape shape) =>
        AssertRefused(QuoteStage.PckChain, cause, QuoteFixture.Verify(MakeOn(shape), GoodCollateral));

    private static byte[] RepeatFirstMember(byte[] extension) => Rewrite(extension, members => [members[0], .. members]);

    private static byte[] DropFirstMember(byte[] extension) => Rewrite(extension, members => members[1..]);

    private static byte[] Rewrite(byte[] extension, Func<ReadOnlyMemory<byte>[], ReadOnlyMemory<byte>[]> change)
    {
        AsnReader reader = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        List<ReadOnlyMemory<byte>> members = [];
        while (reader.HasData)
            members.Add(reader.ReadEncodedValue());
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (ReadOnlyMemory<byte> member in change([.. members]))
                writer.WriteEncodedValue(member.Span);
        }
        return writer.Encode();
    }
}

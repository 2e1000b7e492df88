using System.Text;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>Collateral that is wrong in one way, correctly signed wherever the way allows it, under a genuine quote.</summary>
public sealed class RefusedCollateralTests
{
    private static readonly QuoteCollateral s_good = GoodCollateral;
    private static readonly QuoteCollateral s_past = CollateralOf(shape => shape with { IssuedAt = Now.AddDays(-40) });
    private static readonly QuoteCollateral s_future = CollateralOf(shape => shape with { IssuedAt = Now.AddSeconds(1) });
    private static readonly QuoteCollateral s_processor = CollateralOf(shape => shape with { Authority = PckAuthority.Processor });
    private static readonly QuoteCollateral s_sgx = CollateralOf(shape => shape with { Tdx = false });
    private static readonly QuoteCollateral s_stranger = MakeStranger();

    [Fact]
    public void Verify_RootRevocationList_IsRefusedForEachFault()
    {
        byte[] pem = Encoding.ASCII.GetBytes($"-----BEGIN X509 CRL-----\n{Convert.ToBase64String(s_good.RootCaCrl.Span)}\n-----END X509 CRL-----\n");
        Refuse(QuoteStage.RootCrl, "malformed list", s_good with { RootCaCrl = default });
        Refuse(QuoteStage.RootCrl, "malformed list", s_good with { RootCaCrl = pem });
        Refuse(QuoteStage.RootCrl, "malformed list", s_good with { RootCaCrl = s_good.RootCaCrl[..^1] });
        Refuse(QuoteStage.RootCrl, "malformed list", s_good with { RootCaCrl = s_good.PckCrlIssuerChain });
        Refuse(QuoteStage.RootCrl, "bad signature", s_good with { RootCaCrl = s_good.PckCrl });
        Refuse(QuoteStage.RootCrl, "bad signature", s_good with { RootCaCrl = s_stranger.RootCaCrl });
        Refuse(QuoteStage.RootCrl, "bad signature", s_good with { RootCaCrl = Flip(s_good.RootCaCrl.ToArray(), s_good.RootCaCrl.Length - 1) });
        Refuse(QuoteStage.RootCrl, "expired", s_good with { RootCaCrl = s_past.RootCaCrl });
        Refuse(QuoteStage.RootCrl, "from the future", s_good with { RootCaCrl = s_future.RootCaCrl });
    }

    [Fact]
    public void Verify_PckRevocationList_IsRefusedForEachFault()
    {
        Refuse(QuoteStage.PckCrl, "malformed list", s_good with { PckCrl = default });
        Refuse(QuoteStage.PckCrl, "malformed list", s_good with { PckCrl = s_good.PckCrl[1..] });
        Refuse(QuoteStage.PckCrl, "the list is not that of", s_good with { PckCrl = s_processor.PckCrl });
        Refuse(QuoteStage.PckCrl, "the list is not that of", s_good with { PckCrl = s_good.RootCaCrl });
        Refuse(QuoteStage.PckCrl, "who issued the PCK certificate", s_processor);
        Refuse(QuoteStage.PckCrl, "bad signature", s_good with { PckCrl = s_stranger.PckCrl });
        Refuse(QuoteStage.PckCrl, "bad signature", s_good with { PckCrl = Flip(s_good.PckCrl.ToArray(), s_good.PckCrl.Length - 1) });
        Refuse(QuoteStage.PckCrl, "expired", s_good with { PckCrl = s_past.PckCrl });
        Refuse(QuoteStage.PckCrl, "from the future", s_good with { PckCrl = s_future.PckCrl });
    }

    [Fact]
    public void Verify_PckRevocationListIssuer_IsRefusedForEachFault()
    {
        string[] chain = Split(s_good.PckCrlIssuerChain);
        Refuse(QuoteStage.PckCrl, "issuer: malformed certificate", s_good with { PckCrlIssuerChain = default });
        Refuse(QuoteStage.PckCrl, "issuer: malformed certificate", s_good with { PckCrlIssuerChain = "text"u8.ToArray() });
        Refuse(QuoteStage.PckCrl, "1 certificates", s_good with { PckCrlIssuerChain = Join(chain[0]) });
        Refuse(QuoteStage.PckCrl, "more than 2", s_good with { PckCrlIssuerChain = Join(chain[0], chain[0], chain[1]) });
        Refuse(QuoteStage.PckCrl, "root is not trusted", s_good with { PckCrlIssuerChain = Join(chain[1], chain[0]) });
        Refuse(QuoteStage.PckCrl, "root is not trusted", s_good with { PckCrlIssuerChain = s_stranger.PckCrlIssuerChain });
        Refuse(QuoteStage.PckCrl, "is not a PCK Platform or Processor CA", s_good with { PckCrlIssuerChain = s_good.TcbInfoIssuerChain });
        Refuse(QuoteStage.PckCrl, "bad signature on", s_good with { PckCrlIssuerChain = Join(Split(s_stranger.PckCrlIssuerChain)[0], chain[1]) });
    }

    [Fact]
    public void Verify_TcbSigningChain_IsRefusedForEachFault()
    {
        string[] chain = Split(s_good.TcbInfoIssuerChain);
        Refuse(QuoteStage.TcbSigningChain, "malformed certificate", s_good with { TcbInfoIssuerChain = default });
        Refuse(QuoteStage.TcbSigningChain, "root is not trusted", s_good with { TcbInfoIssuerChain = s_stranger.TcbInfoIssuerChain });
        Refuse(QuoteStage.TcbSigningChain, "the signer's name", s_good with { TcbInfoIssuerChain = s_good.PckCrlIssuerChain });
        Refuse(QuoteStage.TcbSigningChain, "the signer's name", s_good with { QeIdentityIssuerChain = s_good.PckCrlIssuerChain });
        Refuse(QuoteStage.TcbSigningChain, "bad signature on", s_good with { QeIdentityIssuerChain = Join(Split(s_stranger.TcbInfoIssuerChain)[0], chain[1]) });
        Refuse(QuoteStage.TcbSigningChain, "1 certificates", s_good with { QeIdentityIssuerChain = Join(chain[1]) });
    }

    [Fact]
    public void Verify_RevokedTcbSigner_IsRefused() =>
        Refuse(QuoteStage.TcbSigningChain, "is revoked", CollateralOf(shape => shape with { RevokedAuthorities = [Pki.SignerSerial] }));

    [Fact]
    public void Verify_TcbInfoNotAsSigned_IsRefused()
    {
        string text = Encoding.UTF8.GetString(s_good.TcbInfo.Span);
        Refuse(QuoteStage.TcbInfo, "bad signature", s_good with { TcbInfo = Encoding.UTF8.GetBytes(Replace(text, ",", ", ")) });
        Refuse(QuoteStage.TcbInfo, "bad signature", s_good with { TcbInfo = Encoding.UTF8.GetBytes(Replace(text, "OutOfDate", "UpToDate")) });
        Refuse(QuoteStage.TcbInfo, "bad signature", s_good with { TcbInfoSignature = s_good.QeIdentitySignature });
        Refuse(QuoteStage.TcbInfo, "bad signature", s_good with { TcbInfoSignature = new byte[64] });
        Refuse(QuoteStage.TcbInfo, "bad signature", s_good with { TcbInfoSignature = s_good.TcbInfoSignature[..63] });
        Refuse(QuoteStage.TcbInfo, "bad signature", s_good with { TcbInfo = default });
    }

    [Theory]
    [InlineData("\"version\":3", "\"version\":2", "version 2 is not 3")]
    [InlineData("\"id\":\"TDX\"", "\"id\":\"TDY\"", "neither TDX nor SGX")]
    [InlineData("\"tcbType\":0", "\"tcbType\":1", "tcbType 1")]
    [InlineData("\"tcbType\":0", "\"tcbType\":\"0\"", "tcbType")]
    [InlineData("\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"Fine\"", "no status")]
    [InlineData("\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"uptodate\"", "no status")]
    [InlineData("\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"TDRelaunchAdvised\"", "no status")]
    [InlineData("\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"SWHardeningNeeded\"", "no status that tcbLevels[0] can have")]
    [InlineData("\"pcesvn\":13", "\"pcesvn\":65536", "pcesvn")]
    [InlineData("\"pcesvn\":13", "\"pcesvn\":-1", "pcesvn")]
    [InlineData("\"pcesvn\":13", "\"pcesvn\":1.5", "pcesvn")]
    [InlineData("\"svn\":5", "\"svn\":256", "svn")]
    [InlineData("\"fmspc\":\"53494D554C00\"", "\"fmspc\":\"53494D554C\"", "fmspc is not 6 bytes")]
    [InlineData("\"fmspc\":\"53494D554C00\"", "\"fmspc\":\"53494D554C0G\"", "fmspc is not 6 bytes")]
    [InlineData("\"fmspc\":\"53494D554C00\"", "\"fmspc\":\"53494D554C00\",\"fmspc\":\"53494D554C00\"", "uplicate")]
    [InlineData("\"fmspc\":\"53494D554C00\"", "\"\\u0066mspc\":\"53494D554C01\",\"fmspc\":\"53494D554C00\"", "uplicate")]
    [InlineData("\"tcbDate\":\"2026-05-13T00:00:00Z\"", "\"tcbDate\":\"2026-05-13T00:00:00+01:00\"", "tcbDate")]
    [InlineData("\"tcbDate\":\"2026-05-13T00:00:00Z\"", "\"tcbDate\":\"2026-02-30T00:00:00Z\"", "tcbDate")]
    [InlineData("\"tdxtcbcomponents\":[{\"svn\":5},", "\"tdxtcbcomponents\":[", "15 components")]
    [InlineData("\"tdxtcbcomponents\":[{\"svn\":5},", "\"tdxtcbcomponents\":[{\"svn\":5},{\"svn\":5},", "17 components")]
    [InlineData("\"sgxtcbcomponents\":[{\"svn\":3},", "\"sgxtcbcomponents\":[", "15 components")]
    [InlineData("\"tdxtcbcomponents\":", "\"other\":", "no tdxtcbcomponents")]
    [InlineData("\"tdxtcbcomponents\":[", "\"tdxtcbcomponents\":null,\"other\":[", "tdxtcbcomponents of tcb is not a list")]
    [InlineData("\"tdxModule\":", "\"other\":", "no tdxModule")]
    [InlineData("\"TDX_03\"", "\"TDX_01\"", "there twice")]
    [InlineData("\"tcbType\":0", "\"tcbType\":0,\"x\":[[[[[[[[[[[[[0]]]]]]]]]]]]]", "deeper than")]
    [InlineData("\"tcbType\":0", "\"tcbType\":0,/**/\"x\":0", "or is none")]
    [InlineData("\"tcbType\":0", "\"tcbType\":0,\"x\":\"\\ud800\"", "")]
    public void Verify_SignedButIllFormedTcbInfo_IsRefused(string old, string changed, string cause)
    {
        QuoteCollateral collateral = CollateralOf(shape => shape with { EditTcbInfo = text => Replace(text, old, changed) });
        if (cause.Length == 0)
            Assert.Null(QuoteFixture.Verify(Ordinary, collateral).Error);
        else
            Refuse(QuoteStage.TcbInfo, cause, collateral);
    }

    [Fact]
    public void Verify_TcbInfoOfAnotherTimeKindOrGeneration_IsRefused()
    {
        RefusedWith(QuoteStage.TcbInfo, "from the future", s_good with { TcbInfo = s_future.TcbInfo, TcbInfoSignature = s_future.TcbInfoSignature });
        RefusedWith(QuoteStage.TcbInfo, "expired", s_good with { TcbInfo = s_past.TcbInfo, TcbInfoSignature = s_past.TcbInfoSignature });
        RefusedWith(QuoteStage.TcbInfo, "\"SGX\" is not that of TDX", s_good with { TcbInfo = s_sgx.TcbInfo, TcbInfoSignature = s_sgx.TcbInfoSignature });
        QuotePolicy demanding = Development with { MinTcbEvaluationDataNumber = 21 };
        AssertRefused(QuoteStage.TcbInfo, "20 is below the 21", QuoteFixture.Verify(Ordinary, s_good, demanding));
        Assert.Null(QuoteFixture.Verify(Ordinary, s_good, Development with { MinTcbEvaluationDataNumber = 20 }).Error);

        static void RefusedWith(QuoteStage stage, string cause, QuoteCollateral collateral) => Refuse(stage, cause, collateral);
    }

    [Theory]
    [InlineData("\"id\":\"TD_QE\"", "\"id\":\"QVE\"", "neither TD_QE nor QE")]
    [InlineData("\"version\":2", "\"version\":1", "neither 2 nor 3")]
    [InlineData("\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"SWHardeningNeeded\"", "no status")]
    [InlineData("\"isvprodid\":2", "\"isvprodid\":65536", "isvprodid")]
    [InlineData("\"isvprodid\":2", "\"isvprodid\":2,\"isvprodid\":2", "uplicate")]
    [InlineData("\"miscselect\":\"00000000\"", "\"miscselect\":\"000000\"", "miscselect is not 4 bytes")]
    [InlineData("\"mrsigner\":", "\"other\":", "no mrsigner")]
    [InlineData("\"tcbEvaluationDataNumber\":20", "\"tcbEvaluationDataNumber\":\"20\"", "tcbEvaluationDataNumber")]
    [InlineData("\"isvprodid\":2", "\"isvprodid\":2,\"x\":[[[[[[[[[[[[[0]]]]]]]]]]]]]", "deeper than")]
    public void Verify_SignedButIllFormedQeIdentity_IsRefused(string old, string changed, string cause) => Refuse(
        QuoteStage.QeIdentity, cause, CollateralOf(shape => shape with { EditQeIdentity = text => Replace(text, old, changed) }));

    [Fact]
    public void Verify_QeIdentityOfAnotherTimeKindOrGeneration_IsRefused()
    {
        Refuse(QuoteStage.QeIdentity, "bad signature", s_good with { QeIdentity = s_future.QeIdentity });
        Refuse(QuoteStage.QeIdentity, "bad signature", s_good with { QeIdentitySignature = s_good.TcbInfoSignature });
        Refuse(QuoteStage.QeIdentity, "from the future", s_good with { QeIdentity = s_future.QeIdentity, QeIdentitySignature = s_future.QeIdentitySignature });
        Refuse(QuoteStage.QeIdentity, "expired", s_good with { QeIdentity = s_past.QeIdentity, QeIdentitySignature = s_past.QeIdentitySignature });
        Refuse(QuoteStage.QeIdentity, "\"QE\" is not that of TDX", s_good with { QeIdentity = s_sgx.QeIdentity, QeIdentitySignature = s_sgx.QeIdentitySignature });
        QuoteCollateral old = CollateralOf(shape => shape with
        {
            EditQeIdentity = text => Replace(text, "\"tcbEvaluationDataNumber\":20", "\"tcbEvaluationDataNumber\":19"),
        });
        AssertRefused(QuoteStage.QeIdentity, "19 is below the 20", QuoteFixture.Verify(Ordinary, old, Development with { MinTcbEvaluationDataNumber = 20 }));
        Assert.Null(QuoteFixture.Verify(Ordinary, old).Error);
    }

    [Theory]
    [InlineData("\"fmspc\":\"53494D554C00\"", "\"fmspc\":\"53494d554c00\"")]
    [InlineData("\"tcbType\":0", "\"tcbType\":0,\"new\":{\"a\":[1,2]}")]
    [InlineData("{\"svn\":5}", "{\"svn\":5,\"category\":\"OS/VMM\",\"type\":\"TDX Module\"}")]
    public void Verify_UnusualButGoodTcbInfo_IsAccepted(string old, string changed) => Assert.Null(QuoteFixture.Verify(
        Ordinary, CollateralOf(shape => shape with { EditTcbInfo = text => Replace(text, old, changed) })).Error);

    [Fact]
    public void Verify_SameCollateralUnderTwoRootsInTurn_IsJudgedUnderEach()
    {
        using var other = SimulatedPki.Create(Now.AddDays(-90), Now.AddYears(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(QuoteFixture.Verify(Ordinary, s_good).Error);
            AssertRefused(QuoteStage.RootCrl, "bad signature", QuoteVerifier.Verify(Ordinary, Input(root: other.Root, collateral: s_good)));
        }
    }

    [Fact]
    public void Verify_SameCollateralAtSeveralTimes_IsJudgedAtEach()
    {
        foreach ((int days, bool accepted) in new[] { (0, true), (29, true), (30, false), (0, true), (-2, false), (0, true) })
        {
            QuoteVerificationInput input = new()
            {
                Now = Now.AddDays(days),
                Root = Pki.Root,
                Collateral = s_good,
                Policy = Development,
            };
            Assert.Equal(accepted, QuoteVerifier.Verify(Ordinary, input).Accepted);
        }
    }

    private static void Refuse(QuoteStage stage, string cause, QuoteCollateral collateral) =>
        AssertRefused(stage, cause, QuoteFixture.Verify(Ordinary, collateral));

    private static QuoteCollateral MakeStranger()
    {
        using var pki = SimulatedPki.Create(Now.AddDays(-90), Now.AddYears(10));
        return pki.Collateral(Now);
    }

    private static string[] Split(ReadOnlyMemory<byte> pem) =>
        [.. Encoding.ASCII.GetString(pem.Span).Split("-----END CERTIFICATE-----", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part + "\n-----END CERTIFICATE-----")];

    private static byte[] Join(params string[] certificates) => Encoding.ASCII.GetBytes(string.Join('\n', certificates));
}

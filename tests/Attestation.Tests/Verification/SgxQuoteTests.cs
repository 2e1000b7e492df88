using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>SGX quotes are refused where a TD is asked for, and judged by the same rules where an enclave is.</summary>
public sealed class SgxQuoteTests
{
    private static readonly QuoteCollateral s_sgx = CollateralOf(shape => shape with { Tdx = false });

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void VerifySgx_EachVersion_IsAcceptedAndRefusedAsTd(int version)
    {
        byte[] quote = MakeSgx(version, _ => { });

        SgxQuoteVerdict verdict = QuoteVerifier.VerifySgx(quote, Input(collateral: s_sgx));

        Assert.Null(verdict.Error);
        Assert.True(verdict.Accepted && verdict.Simulated);
        Assert.Equal(ReportData, verdict.Report.ReportData.ToArray());
        Assert.Equal(TcbStatus.UpToDate, verdict.Status);
        AssertRefused(QuoteStage.Parse, "an SGX quote", QuoteFixture.Verify(quote, s_sgx));
    }

    [Fact]
    public void VerifySgx_DebugEnclave_IsRefused() =>
        Refuse(QuoteStage.Attributes, "debug enclave", MakeSgx(3, report => report.Span[48] |= 2), s_sgx);

    [Fact]
    public void VerifySgx_CollateralOfTdx_IsRefused()
    {
        byte[] quote = MakeSgx(4, _ => { });
        Refuse(QuoteStage.TcbInfo, "\"TDX\" is not that of SGX", quote, GoodCollateral);
        Refuse(
            QuoteStage.QeIdentity,
            "\"TD_QE\" is not that of SGX",
            quote,
            s_sgx with { QeIdentity = GoodCollateral.QeIdentity, QeIdentitySignature = GoodCollateral.QeIdentitySignature });
    }

    [Fact]
    public void VerifySgx_TdxQuote_IsRefused() => Refuse(QuoteStage.Parse, "a TDX quote", Ordinary, s_sgx);

    [Fact]
    public void VerifySgx_ChangedBody_IsRefused() =>
        Refuse(QuoteStage.QuoteSignature, "bad signature", Flip(MakeSgx(3, _ => { }), 48 + 64), s_sgx);

    [Fact]
    public void VerifySgx_OtherReportData_IsRefused() => Refuse(
        QuoteStage.ReportData, "expected", MakeSgx(3, report => report.Span[320] ^= 1), s_sgx);

    private static byte[] MakeSgx(int version, Action<Memory<byte>> edit) =>
        Make(new SimulatedQuoteShape { Version = version, BodyType = QuoteBodyType.SgxReport, EditReport = edit });

    private static void Refuse(QuoteStage stage, string cause, byte[] quote, QuoteCollateral collateral)
    {
        SgxQuoteVerdict verdict = QuoteVerifier.VerifySgx(quote, Input(collateral: collateral));
        Assert.False(verdict.Accepted);
        Assert.Equal(stage, verdict.Error.Stage);
        Assert.Contains(cause, verdict.Error.Cause, StringComparison.Ordinal);
    }
}

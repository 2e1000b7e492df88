using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Verification;

public sealed class QuoteVerifierTests
{
    private const int TdAttributes = 120;
    private const int ServiceTd = 600;

    [Fact]
    public void Verify_Ordinary_IsAcceptedAsSimulated()
    {
        QuoteVerdict verdict = QuoteFixture.Verify(QuoteFixture.Ordinary);

        Assert.Null(verdict.Error);
        Assert.True(verdict.Accepted && verdict.Simulated);
        Assert.Equal(QuoteFixture.Now.AddDays(29), verdict.Expires);
        Assert.Equal(TcbStatus.UpToDate, verdict.Status);
        Assert.Equal(new DateTimeOffset(2026, 5, 13, 0, 0, 0, TimeSpan.Zero), verdict.TcbDate);
        Assert.Equal(20, verdict.TcbEvaluationDataNumber);
        Assert.Empty(verdict.Advisories);
        Assert.Equal("53494d554c00", verdict.Fmspc);
        Assert.Equal(QuoteFixture.ReportData, verdict.Report.ReportData.ToArray());
    }

    [Theory]
    [InlineData(QuoteBodyType.TdReport10)]
    [InlineData(QuoteBodyType.TdReport15)]
    [InlineData(QuoteBodyType.TdReport15Ex)]
    public void Verify_V5_IsAccepted(QuoteBodyType type)
    {
        byte[] quote = QuoteFixture.Make(new SimulatedQuoteShape { Version = 5, BodyType = type });
        Assert.Null(QuoteFixture.Verify(quote).Error);
        QuoteFixture.AssertRefused(
            QuoteStage.QuoteSignature, "bad signature", QuoteFixture.Verify(QuoteFixture.Flip(quote, 54 + 136)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65535)]
    public void Verify_AnyAuthenticationDataSize_IsAccepted(int size)
    {
        SimulatedQuoteShape shape = new() { AuthenticationData = new byte[size] };
        Assert.Null(QuoteFixture.Verify(QuoteFixture.Make(shape)).Error);
    }

    [Fact]
    public void Verify_SimulatedUnderProductionPolicy_IsRefused()
    {
        QuoteVerdict verdict = QuoteVerifier.Verify(
            QuoteFixture.Ordinary, QuoteFixture.Input(new QuotePolicy()));

        QuoteFixture.AssertRefused(QuoteStage.PckChain, "does not allow simulated", verdict);
        Assert.True(verdict.Simulated);
    }

    [Fact]
    public void Verify_SimulatedUnderIntelRoot_IsRefused()
    {
        foreach (QuotePolicy policy in new[] { new QuotePolicy(), QuoteFixture.Development })
        {
            QuoteVerdict verdict = QuoteVerifier.Verify(
                QuoteFixture.Ordinary, QuoteFixture.Input(policy, TrustedRoot.Intel));
            QuoteFixture.AssertRefused(QuoteStage.RootCrl, "bad signature of Intel SGX Root CA", verdict);
        }
    }

    [Fact]
    public void Verify_RootOfAnotherPki_IsRefused()
    {
        using SimulatedPki other = SimulatedPki.Create(QuoteFixture.Now.AddDays(-1), QuoteFixture.Now.AddDays(1));

        QuoteVerdict verdict = QuoteVerifier.Verify(
            QuoteFixture.Ordinary, QuoteFixture.Input(root: other.Root, collateral: other.Collateral(QuoteFixture.Now)));

        QuoteFixture.AssertRefused(QuoteStage.PckChain, "root is not trusted", verdict);
    }

    [Theory]
    [InlineData(-86_401, "not yet valid")]
    [InlineData(-86_400, "")]
    [InlineData(86_400, "")]
    [InlineData(86_401, "expired")]
    public void Verify_EdgesOfValidity_AreInclusive(int secondsFromNow, string cause)
    {
        DateTimeOffset now = QuoteFixture.Now;
        SimulatedPckShape shape = new() { NotBefore = now.AddDays(-1), NotAfter = now.AddDays(1) };
        using SimulatedQuoteSource source = new(QuoteFixture.Pki, QuoteFixture.Measurements, shape);
        QuoteVerificationInput input = new()
        {
            Now = now.AddSeconds(secondsFromNow),
            Root = QuoteFixture.Pki.Root,
            Collateral = QuoteFixture.CollateralOf(wide => wide with { IssuedAt = now.AddDays(-10) }),
            Policy = QuoteFixture.Development,
        };

        QuoteVerdict verdict = QuoteVerifier.Verify(
            source.Make(QuoteFixture.ReportData, SimulatedQuoteShape.Ordinary), input);

        if (cause.Length == 0)
            Assert.Null(verdict.Error);
        else
            QuoteFixture.AssertRefused(QuoteStage.PckChain, cause, verdict);
    }

    [Fact]
    public void Verify_WrongReportData_IsRefusedLast()
    {
        QuoteVerificationInput input = new()
        {
            Now = QuoteFixture.Now,
            Root = QuoteFixture.Pki.Root,
            Collateral = QuoteFixture.GoodCollateral,
            ExpectedReportData = QuoteFixture.Flip(QuoteFixture.ReportData, 63),
            Policy = QuoteFixture.Development,
        };
        QuoteFixture.AssertRefused(
            QuoteStage.ReportData, "expected", QuoteVerifier.Verify(QuoteFixture.Ordinary, input));
    }

    [Theory]
    [InlineData(0x1000_0001ul, "DEBUG")]
    [InlineData(0x0000_0000ul, "SEPT_VE_DISABLE is clear")]
    [InlineData(0x4000_0000ul, "SEPT_VE_DISABLE is clear, PKS is set")]
    [InlineData(0x9000_0000ul, "KL is set")]
    [InlineData(0x8000_0000_1000_0000ul, "PERFMON is set")]
    [InlineData(0x1000_0002ul, "reserved bits 1-7")]
    [InlineData(0x1000_0100ul, "reserved bits 8-27")]
    [InlineData(0x3000_0000ul, "reserved bits 8-27 or 29")]
    [InlineData(0x0000_0001_1000_0000ul, "reserved bits 32-62")]
    [InlineData(0x4000_0000_1000_0000ul, "reserved bits 32-62")]
    public void Verify_OtherTdAttributes_AreRefused(ulong attributes, string cause)
    {
        QuoteVerdict verdict = QuoteFixture.Verify(WithAttributes(attributes));
        QuoteFixture.AssertRefused(QuoteStage.Attributes, cause, verdict);
    }

    [Fact]
    public void Verify_ListedTdAttributes_PassUnlessDebug()
    {
        QuotePolicy policy = new()
        {
            AllowSimulated = true,
            AllowedTdAttributes = [0x8000_0000_1000_0000ul, 0x1000_0001ul],
        };
        byte[] perfmon = WithAttributes(0x8000_0000_1000_0000ul);
        byte[] debug = WithAttributes(0x1000_0001ul);

        Assert.Null(QuoteVerifier.Verify(perfmon, QuoteFixture.Input(policy)).Error);
        QuoteFixture.AssertRefused(
            QuoteStage.Attributes, "DEBUG", QuoteVerifier.Verify(debug, QuoteFixture.Input(policy)));
    }

    [Fact]
    public void Verify_ServiceTd_NeedsPermission()
    {
        byte[] quote = QuoteFixture.Make(new SimulatedQuoteShape
        {
            Version = 5,
            BodyType = QuoteBodyType.TdReport15,
            EditReport = report => report.Span[ServiceTd] = 7,
        });
        QuotePolicy permissive = new() { AllowSimulated = true, AllowServiceTd = true };

        QuoteFixture.AssertRefused(QuoteStage.Attributes, "MR_SERVICE_TD", QuoteFixture.Verify(quote));
        Assert.Null(QuoteVerifier.Verify(quote, QuoteFixture.Input(permissive)).Error);
    }

    [Theory]
    [InlineData(729, "initial service TD")]
    [InlineData(776, "initial service TD")]
    [InlineData(829, "current service TD")]
    [InlineData(876, "current service TD")]
    public void Verify_ServiceTdOfAnExtendedReport_NeedsPermission(int position, string cause)
    {
        byte[] quote = QuoteFixture.Make(new SimulatedQuoteShape
        {
            Version = 5,
            BodyType = QuoteBodyType.TdReport15Ex,
            EditReport = report => report.Span[position] = 7,
        });
        QuotePolicy permissive = new() { AllowSimulated = true, AllowServiceTd = true };

        QuoteFixture.AssertRefused(QuoteStage.Attributes, cause, QuoteFixture.Verify(quote));
        Assert.Null(QuoteVerifier.Verify(quote, QuoteFixture.Input(permissive)).Error);
    }

    [Fact]
    public void Verify_SeamAttributesNotZero_AreRefused()
    {
        byte[] quote = QuoteFixture.Make(
            new SimulatedQuoteShape { EditReport = report => report.Span[112] = 1 });
        QuoteFixture.AssertRefused(QuoteStage.TdxModule, "SEAM attributes", QuoteFixture.Verify(quote));
    }

    [Theory]
    [InlineData(48, 2, "debug enclave")]
    [InlineData(320, 1, "does not bind")]
    [InlineData(352, 1, "does not bind")]
    [InlineData(383, 1, "does not bind")]
    public void Verify_SignedButWrongQeReport_IsRefused(int offset, byte mask, string cause)
    {
        byte[] quote = QuoteFixture.Make(
            new SimulatedQuoteShape { EditQeReport = report => report.Span[offset] ^= mask });
        QuoteFixture.AssertRefused(QuoteStage.QeReport, cause, QuoteFixture.Verify(quote));
    }

    [Fact]
    public void Verify_MeasurementAllowLists_PassOnlyTheirMachine()
    {
        QuotePolicy own = new()
        {
            AllowSimulated = true,
            AllowedMeasurements = QuoteFixture.Measurements.ToAllowList(),
        };
        Assert.Null(QuoteVerifier.Verify(QuoteFixture.Ordinary, QuoteFixture.Input(own)).Error);

        QuotePolicy otherImage = new()
        {
            AllowSimulated = true,
            AllowedMeasurements = SimulatedMeasurements.Of("other image", "compose").ToAllowList(),
        };
        QuoteFixture.AssertRefused(
            QuoteStage.Measurements,
            "MrTd",
            QuoteVerifier.Verify(QuoteFixture.Ordinary, QuoteFixture.Input(otherImage)));
    }

    [Theory]
    [InlineData(TdMeasurement.MrTd)]
    [InlineData(TdMeasurement.Rtmr0)]
    [InlineData(TdMeasurement.Rtmr3)]
    [InlineData(TdMeasurement.MrConfigId)]
    [InlineData(TdMeasurement.MrSeam)]
    public void Verify_EachRegister_IsComparedWhereListed(TdMeasurement register)
    {
        QuotePolicy policy = new()
        {
            AllowSimulated = true,
            AllowedMeasurements = new Dictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>>
            {
                [register] = [new byte[48]],
            },
        };
        QuoteFixture.AssertRefused(
            QuoteStage.Measurements,
            register.ToString(),
            QuoteVerifier.Verify(QuoteFixture.Ordinary, QuoteFixture.Input(policy)));
    }

    [Fact]
    public void Verify_BadInput_ThrowsForTheCaller()
    {
        QuoteVerificationInput input = new()
        {
            Now = QuoteFixture.Now,
            Root = QuoteFixture.Pki.Root,
            Collateral = QuoteFixture.GoodCollateral,
            ExpectedReportData = new byte[32],
        };
        Assert.Throws<ArgumentException>(() => QuoteVerifier.Verify(QuoteFixture.Ordinary, input));
    }

    private static byte[] WithAttributes(ulong attributes) => QuoteFixture.Make(new SimulatedQuoteShape
    {
        EditReport = report => BitConverter.TryWriteBytes(report.Span[TdAttributes..], attributes),
    });
}

using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>Which level platform, module and quoting enclave reach, and what becomes of it.</summary>
public sealed class TcbLevelTests
{
    private const int MrSignerSeam = 64;
    private const int SeamAttributes = 112;
    private const int CurrentSvn = 584;
    private const int MiscSelect = 16;
    private const int QeAttributes = 48;
    private const int MrSigner = 128;
    private const int ProductId = 256;
    private const int QeSvn = 258;

    private static readonly QuotePolicy s_any = Development with { AcceptedStatuses = QuotePolicy.AnyStatus };

    [Theory]
    [InlineData(13, 1, 4, "UpToDate", "")]
    [InlineData(6, 1, 4, "UpToDate", "")]
    [InlineData(5, 1, 4, "OutOfDate", "INTEL-SA-90011")]
    [InlineData(13, 1, 3, "OutOfDate", "INTEL-SA-90001")]
    [InlineData(4, 1, 2, "OutOfDate", "INTEL-SA-90001 INTEL-SA-90011")]
    [InlineData(13, 3, 4, "UpToDate", "")]
    [InlineData(5, 0, 4, "UpToDate", "")]
    [InlineData(4, 0, 4, "Revoked", "INTEL-SA-90001 INTEL-SA-90002")]
    [InlineData(3, 1, 4, "Revoked", "INTEL-SA-90011 INTEL-SA-90012")]
    [InlineData(13, 1, 1, "Revoked", "INTEL-SA-90001 INTEL-SA-90002")]
    public void Verify_ModuleAndReportVersions_ReachTheirLevel(byte minor, byte major, byte microcode, string status, string advisories)
    {
        QuoteVerdict verdict = QuoteFixture.Verify(WithSvn(minor, major, microcode), GoodCollateral, s_any);

        Assert.Equal(status, $"{verdict.Status}");
        Assert.Equal(advisories.Split(' ', StringSplitOptions.RemoveEmptyEntries), verdict.Advisories);
        Assert.Equal(status != "Revoked", verdict.Accepted);
        if (!verdict.Accepted)
            AssertRefused(QuoteStage.TcbLevel, "status Revoked is not accepted", verdict);
        if (status == "OutOfDate")
            AssertRefused(QuoteStage.TcbLevel, "status OutOfDate is not accepted", QuoteFixture.Verify(WithSvn(minor, major, microcode), GoodCollateral));
    }

    [Theory]
    [InlineData(13, 1, 0, "no TCB level matches TEE_TCB_SVN 0d0100")]
    [InlineData(2, 0, 4, "no TCB level matches TEE_TCB_SVN 020004")]
    [InlineData(1, 1, 4, "no level matches TDX module 1.1")]
    public void Verify_BelowEveryLevel_IsRefused(byte minor, byte major, byte microcode, string cause) =>
        AssertRefused(QuoteStage.TcbLevel, cause, QuoteFixture.Verify(WithSvn(minor, major, microcode), GoodCollateral, s_any));

    [Fact]
    public void Verify_StrictComponents_CompareTheModuleVersionsToo()
    {
        QuotePolicy strict = s_any with { StrictComponents = true };
        byte[] lowMinor = WithSvn(4, 1, 4);
        byte[] ordinary = WithSvn(13, 1, 4);

        Assert.Equal(TcbStatus.OutOfDate, QuoteFixture.Verify(lowMinor, GoodCollateral, s_any).Status);
        Assert.Equal(TcbStatus.Revoked, QuoteFixture.Verify(lowMinor, GoodCollateral, strict).Status);
        Assert.Equal(TcbStatus.UpToDate, QuoteFixture.Verify(ordinary, GoodCollateral, strict).Status);
    }

    [Theory]
    [InlineData(3, 13, "UpToDate")]
    [InlineData(2, 13, "OutOfDate")]
    [InlineData(2, 11, "OutOfDate")]
    [InlineData(2, 10, "Revoked")]
    [InlineData(1, 5, "Revoked")]
    [InlineData(1, 4, "")]
    [InlineData(0, 13, "")]
    public void Verify_CertificateVersions_ReachTheirLevel(byte first, int pceSvn, string status)
    {
        byte[] components = [first, first, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
        SimulatedPlatform platform = new() { TcbComponents = components, PceSvn = pceSvn };
        QuoteVerdict verdict = QuoteFixture.Verify(MakeOn(new SimulatedPckShape { Platform = platform }), GoodCollateral, s_any);
        Assert.Equal(status, $"{verdict.Status}");
        if (status.Length == 0)
            AssertRefused(QuoteStage.TcbLevel, "no TCB level", verdict);
    }

    [Fact]
    public void Verify_LevelsInAnotherOrder_AreSortedFirst()
    {
        string Shuffle(string text)
        {
            int start = text.LastIndexOf("\"tcbLevels\":[", StringComparison.Ordinal) + "\"tcbLevels\":[".Length;
            string[] levels = text[start..^2].Split("},{\"tcb\":", StringSplitOptions.None);
            Assert.Equal(3, levels.Length);
            string first = levels[0]["{\"tcb\":".Length..];
            string last = levels[2][..^1];
            return $"{text[..start]}{{\"tcb\":{last}}},{{\"tcb\":{levels[1]}}},{{\"tcb\":{first}}}]}}";
        }

        QuoteVerdict verdict = QuoteFixture.Verify(Ordinary, CollateralOf(shape => shape with { EditTcbInfo = Shuffle }));

        Assert.Null(verdict.Error);
        Assert.Equal(TcbStatus.UpToDate, verdict.Status);
    }

    [Theory]
    [InlineData(7, "UpToDate", "2026-05-13")]
    [InlineData(6, "OutOfDate", "2025-05-14")]
    [InlineData(5, "OutOfDate", "2025-05-14")]
    [InlineData(4, "Revoked", "2023-08-09")]
    [InlineData(2, "", "")]
    public void Verify_QuotingEnclaveVersion_ReachesItsLevel(byte svn, string status, string date)
    {
        QuoteVerdict verdict = QuoteFixture.Verify(WithQe(report => report[QeSvn] = svn), GoodCollateral, s_any);

        Assert.Equal(status, $"{verdict.Status}");
        Assert.Equal(date, verdict.TcbDate?.ToString("yyyy-MM-dd") ?? "");
        Assert.Equal(status is "UpToDate" or "OutOfDate", verdict.Accepted);
        if (!verdict.Accepted)
            AssertRefused(QuoteStage.TcbLevel, status.Length == 0 ? "no level matches quoting enclave version 2" : "Revoked", verdict);
    }

    [Theory]
    [InlineData(MiscSelect, 1, "MISCSELECT")]
    [InlineData(QeAttributes, 0x20, "attributes")]
    [InlineData(QeAttributes, 0x02, "debug enclave")]
    [InlineData(QeAttributes + 7, 0x80, "attributes")]
    [InlineData(MrSigner, 1, "MRSIGNER")]
    [InlineData(MrSigner + 31, 1, "MRSIGNER")]
    [InlineData(ProductId, 1, "product 3 of the quoting enclave, 2 of its identity")]
    public void Verify_QuotingEnclaveOfAnotherIdentity_IsRefused(int offset, byte mask, string cause) =>
        AssertRefused(QuoteStage.QeReport, cause, QuoteFixture.Verify(WithQe(report => report[offset] ^= mask), GoodCollateral));

    [Theory]
    [InlineData(QeAttributes, 0x04)]
    [InlineData(QeAttributes + 8, 0xFF)]
    public void Verify_QuotingEnclaveBitsOutsideTheMask_AreFree(int offset, byte mask) =>
        Assert.Null(QuoteFixture.Verify(WithQe(report => report[offset] ^= mask), GoodCollateral).Error);

    [Theory]
    [InlineData(SeamAttributes, "SEAM attributes 0100000000000000 are not zero")]
    [InlineData(MrSignerSeam, "MRSIGNER_SEAM 01")]
    public void Verify_AnotherModule_IsRefused(int offset, string cause)
    {
        byte[] quote = Make(new SimulatedQuoteShape { EditReport = report => report.Span[offset] = 1 });
        AssertRefused(QuoteStage.TdxModule, cause, QuoteFixture.Verify(quote, GoodCollateral));
    }

    [Fact]
    public void Verify_ModuleIdentityMissing_IsRefused()
    {
        AssertRefused(QuoteStage.TdxModule, "no identity of TDX module 2", QuoteFixture.Verify(WithSvn(13, 2, 4), GoodCollateral));
        AssertRefused(
            QuoteStage.TdxModule,
            "no identity of TDX module 1",
            QuoteFixture.Verify(Ordinary, CollateralOf(shape => shape with { EditTcbInfo = text => Replace(text, "TDX_01", "TDX_07") })));
        AssertRefused(
            QuoteStage.TdxModule,
            "no identity of TDX module 1",
            QuoteFixture.Verify(Ordinary, CollateralOf(shape => shape with { EditTcbInfo = text => Replace(text, "tdxModuleIdentities", "other") })));
        Assert.Null(QuoteFixture.Verify(Ordinary, CollateralOf(shape => shape with { EditTcbInfo = text => Replace(text, "TDX_01", "tdx_01") })).Error);
    }

    [Fact]
    public void Verify_ModuleIdentityWithOtherAttributes_IsRefused() => AssertRefused(
        QuoteStage.TdxModule,
        "of the module's identity",
        QuoteFixture.Verify(Ordinary, CollateralOf(shape => shape with
        {
            EditTcbInfo = text => Replace(text, "\"attributes\":\"0000000000000000\"", "\"attributes\":\"0000000000000001\""),
        })));

    [Theory]
    [InlineData(QuoteBodyType.TdReport15)]
    [InlineData(QuoteBodyType.TdReport15Ex)]
    public void Verify_UpdatedSinceLaunch_AdvisesARelaunch(QuoteBodyType type)
    {
        Assert.Equal("TDRelaunchAdvised INTEL-SA-90011", Status(type, [5, 1, 4], [13, 1, 4]));
        Assert.Equal("OutOfDate INTEL-SA-90011", Status(type, [5, 1, 4], [5, 1, 4]));
        Assert.Equal("OutOfDate INTEL-SA-90001", Status(type, [13, 1, 3], [13, 1, 3]));
        Assert.Equal("UpToDate", Status(type, [13, 1, 4], [14, 3, 4]));
        Assert.Equal("UpToDate", Status(type, [13, 1, 4], [4, 1, 4]));
        Assert.Equal("Revoked INTEL-SA-90011 INTEL-SA-90012", Status(type, [3, 1, 4], [13, 1, 4]));
    }

    [Fact]
    public void Verify_CurrentVersionsBelowEveryLevel_AreRefused()
    {
        byte[] quote = WithTwoSvns(QuoteBodyType.TdReport15, [13, 1, 4], [13, 1, 0]);
        AssertRefused(QuoteStage.TcbLevel, "current versions: no TCB level", QuoteFixture.Verify(quote, GoodCollateral, s_any));
        byte[] unknown = WithTwoSvns(QuoteBodyType.TdReport15, [13, 1, 4], [13, 2, 4]);
        AssertRefused(QuoteStage.TcbLevel, "current versions: no level matches TDX module 2.13", QuoteFixture.Verify(unknown, GoodCollateral, s_any));
    }

    [Theory]
    [InlineData("UpToDate", "UpToDate", "UpToDate", "UpToDate")]
    [InlineData("UpToDate", "OutOfDate", "UpToDate", "OutOfDate")]
    [InlineData("UpToDate", "UpToDate", "OutOfDate", "OutOfDate")]
    [InlineData("SWHardeningNeeded", "OutOfDate", "UpToDate", "OutOfDate")]
    [InlineData("ConfigurationNeeded", "OutOfDate", "UpToDate", "OutOfDateConfigurationNeeded")]
    [InlineData("ConfigurationAndSWHardeningNeeded", "UpToDate", "OutOfDate", "OutOfDateConfigurationNeeded")]
    [InlineData("OutOfDate", "OutOfDate", "OutOfDate", "OutOfDate")]
    [InlineData("OutOfDateConfigurationNeeded", "OutOfDate", "UpToDate", "OutOfDateConfigurationNeeded")]
    [InlineData("SWHardeningNeeded", "ConfigurationNeeded", "UpToDate", "SWHardeningNeeded")]
    [InlineData("Revoked", "OutOfDate", "UpToDate", "Revoked")]
    [InlineData("UpToDate", "Revoked", "UpToDate", "Revoked")]
    [InlineData("ConfigurationNeeded", "OutOfDate", "Revoked", "Revoked")]
    public void Converge_ThreeStatuses_BecomeOne(string platform, string qe, string module, string expected) =>
        Assert.Equal(expected, $"{TcbConvergence.Converge(Enum.Parse<TcbStatus>(platform), Enum.Parse<TcbStatus>(qe), Enum.Parse<TcbStatus>(module))}");

    [Theory]
    [InlineData("OutOfDate", "UpToDate", "TDRelaunchAdvised")]
    [InlineData("OutOfDate", "SWHardeningNeeded", "TDRelaunchAdvised")]
    [InlineData("OutOfDate", "ConfigurationNeeded", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDate", "ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDateConfigurationNeeded", "UpToDate", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDate", "OutOfDate", "OutOfDate")]
    [InlineData("OutOfDate", "Revoked", "OutOfDate")]
    [InlineData("ConfigurationNeeded", "UpToDate", "ConfigurationNeeded")]
    [InlineData("Revoked", "UpToDate", "Revoked")]
    public void Relaunch_TwoStatuses_BecomeOne(string launch, string current, string expected) =>
        Assert.Equal(expected, $"{TcbConvergence.Relaunch(Enum.Parse<TcbStatus>(launch), Enum.Parse<TcbStatus>(current))}");

    [Fact]
    public void Verify_AdvisoryList_BoundsWhatMayBeOpen()
    {
        byte[] quote = WithSvn(4, 1, 2);
        QuotePolicy all = s_any with { AllowedAdvisories = ["INTEL-SA-90001", "INTEL-SA-90011"] };
        QuotePolicy one = s_any with { AllowedAdvisories = ["INTEL-SA-90001"] };

        Assert.Null(QuoteFixture.Verify(quote, GoodCollateral, all).Error);
        AssertRefused(QuoteStage.TcbLevel, "INTEL-SA-90011 is open", QuoteFixture.Verify(quote, GoodCollateral, one));
        Assert.Null(QuoteFixture.Verify(Ordinary, GoodCollateral, s_any with { AllowedAdvisories = [] }).Error);
    }

    [Fact]
    public void Verify_RevokedOnTheListOfStatuses_IsRefusedAllTheSame()
    {
        QuotePolicy reckless = Development with { AcceptedStatuses = Enum.GetValues<TcbStatus>() };
        AssertRefused(QuoteStage.TcbLevel, "Revoked", QuoteFixture.Verify(WithSvn(3, 1, 4), GoodCollateral, reckless));
    }

    private static string Status(QuoteBodyType type, byte[] launch, byte[] current)
    {
        QuoteVerdict verdict = QuoteFixture.Verify(WithTwoSvns(type, launch, current), GoodCollateral, s_any);
        return string.Join(' ', [$"{verdict.Status}", .. verdict.Advisories]);
    }

    private static byte[] WithSvn(byte minor, byte major, byte microcode) => Make(new SimulatedQuoteShape
    {
        EditReport = report => new[] { minor, major, microcode }.CopyTo(report),
    });

    private static byte[] WithTwoSvns(QuoteBodyType type, byte[] launch, byte[] current) => Make(new SimulatedQuoteShape
    {
        Version = 5,
        BodyType = type,
        EditReport = report =>
        {
            launch.CopyTo(report);
            current.CopyTo(report[CurrentSvn..]);
        },
    });

    private static byte[] WithQe(Action<byte[]> edit) => Make(new SimulatedQuoteShape
    {
        EditQeReport = report =>
        {
            byte[] copy = report.ToArray();
            edit(copy);
            copy.CopyTo(report);
        },
    });
}

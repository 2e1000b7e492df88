using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Sources;

public sealed class SimulatedPkiTests
{
    [Fact]
    public void LoadOrCreate_SecondTime_GivesTheSameRoot()
    {
        using TemporaryFolder folder = new();
        using var first = SimulatedPki.LoadOrCreate(folder.File("pki"), TimeProvider.System);
        using var second = SimulatedPki.LoadOrCreate(folder.File("pki"), TimeProvider.System);
        var pinned = TrustedRoot.FromFile(Path.Combine(folder.File("pki"), SimulatedPki.RootFile));

        Assert.True(pinned.IsSimulated);
        Assert.Equal(first.Root.PublicKey.ToArray(), second.Root.PublicKey.ToArray());
        Assert.Equal(first.Root.PublicKey.ToArray(), pinned.PublicKey.ToArray());
    }

    [Fact]
    public async Task LoadOrCreate_ManyAtOnce_AgreeOnOneRoot()
    {
        using TemporaryFolder folder = new();
        Task<SimulatedPki>[] starts = [.. Enumerable.Range(0, 12).Select(_ => Task.Run(
            () => SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System)))];
        SimulatedPki[] pkis = await Task.WhenAll(starts).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Single(pkis.Select(pki => Convert.ToHexString(pki.Root.PublicKey.Span)).Distinct());
        string[] names = [.. Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)).Order()];
        Assert.Equal([SimulatedPki.AuthorityFile, SimulatedPki.CollateralFile, SimulatedPki.RootFile, SimulatedPki.SigningFile], names);
        foreach (SimulatedPki pki in pkis)
            pki.Dispose();
    }

    [Fact]
    public void GetQuote_TwoMachinesOfOnePki_AreBothAcceptedWithOwnKeys()
    {
        using SimulatedQuoteSource other = new(QuoteFixture.Pki, QuoteFixture.Measurements);
        byte[] quote = other.Make(QuoteFixture.ReportData, SimulatedQuoteShape.Ordinary);

        Assert.Null(QuoteFixture.Verify(quote).Error);
        Assert.True(TdxQuote.TryParse(quote, out TdxQuote? second, out _));
        Assert.True(TdxQuote.TryParse(QuoteFixture.Ordinary, out TdxQuote? first, out _));
        Assert.NotEqual(first.Signature.AttestationKey.ToArray(), second.Signature.AttestationKey.ToArray());
        Assert.NotEqual(first.Signature.PckChainPem.ToArray(), second.Signature.PckChainPem.ToArray());
        Assert.Equal(first.Report, second.Report);
    }

    [Fact]
    public async Task GetQuoteAsync_AfterReloadFromDisk_IsAcceptedUnderTheSharedRootFile()
    {
        using TemporaryFolder folder = new();
        using (SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System))
        {
        }
        using var pki = SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System);
        using SimulatedQuoteSource source = new(pki, SimulatedMeasurements.Of("image", "compose"));

        byte[] quote = await source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None);

        Assert.Equal("simulated", source.TeeType);
        QuoteVerdict verdict = QuoteVerifier.Verify(quote, new QuoteVerificationInput
        {
            Now = TimeProvider.System.GetUtcNow(),
            Root = TrustedRoot.FromFile(folder.File(SimulatedPki.RootFile)),
            Collateral = ReadCollateral(folder.File(SimulatedPki.CollateralFile)),
            ExpectedReportData = QuoteFixture.ReportData,
            Policy = QuoteFixture.Development,
        });
        Assert.Null(verdict.Error);
    }

    [Fact]
    public void LoadOrCreate_FolderWithoutSigningFile_IsExtendedBelowTheSameRoot()
    {
        using TemporaryFolder folder = new();
        SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System).Dispose();
        byte[] root = File.ReadAllBytes(folder.File(SimulatedPki.RootFile));
        byte[] authority = File.ReadAllBytes(folder.File(SimulatedPki.AuthorityFile));
        File.Delete(folder.File(SimulatedPki.SigningFile));
        File.Delete(folder.File(SimulatedPki.CollateralFile));

        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System);

        Assert.Equal(root, File.ReadAllBytes(folder.File(SimulatedPki.RootFile)));
        Assert.Equal(authority, File.ReadAllBytes(folder.File(SimulatedPki.AuthorityFile)));
        AssertAccepts(pki, ReadCollateral(folder.File(SimulatedPki.CollateralFile)));
    }

    [Fact]
    public void LoadOrCreate_SigningFileOfAnotherRoot_IsNamed()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder other = new();
        SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System).Dispose();
        SimulatedPki.LoadOrCreate(other.Path, TimeProvider.System).Dispose();
        File.Copy(other.File(SimulatedPki.SigningFile), folder.File(SimulatedPki.SigningFile), overwrite: true);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System));
        Assert.Contains(SimulatedPki.SigningFile, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadOrCreate_CollateralHalfway_IsRenewedAndNotBefore()
    {
        using TemporaryFolder folder = new();
        SettableClock clock = new(QuoteFixture.Now);
        string path = folder.File(SimulatedPki.CollateralFile);
        SimulatedPki.LoadOrCreate(folder.Path, clock).Dispose();
        byte[] first = File.ReadAllBytes(path);

        clock.Now = QuoteFixture.Now.AddDays(13);
        SimulatedPki.LoadOrCreate(folder.Path, clock).Dispose();
        Assert.Equal(first, File.ReadAllBytes(path));

        clock.Now = QuoteFixture.Now.AddDays(15);
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder.Path, clock);
        Assert.NotEqual(first, File.ReadAllBytes(path));
        AssertAccepts(pki, ReadCollateral(path), clock.Now.AddDays(28));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    public void LoadOrCreate_DamagedCollateral_IsMadeAnew(string content)
    {
        using TemporaryFolder folder = new();
        SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System).Dispose();
        File.WriteAllText(folder.File(SimulatedPki.CollateralFile), content);

        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System);
        AssertAccepts(pki, ReadCollateral(folder.File(SimulatedPki.CollateralFile)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(65)]
    public async Task GetQuoteAsync_WrongReportDataLength_Throws(int length) =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => QuoteFixture.Source.GetQuoteAsync(new byte[length], CancellationToken.None));

    [Fact]
    public async Task GetQuoteAsync_ManyAtOnce_AreAllAccepted()
    {
        Task<byte[]>[] quotes = [.. Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => QuoteFixture.Source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None)))];
        foreach (byte[] quote in await Task.WhenAll(quotes).WaitAsync(TimeSpan.FromSeconds(60)))
            Assert.Null(QuoteFixture.Verify(quote).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no PEM at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void LoadOrCreate_DamagedFile_NamesIt(string content)
    {
        using TemporaryFolder folder = new();
        using (SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System))
        {
        }
        string path = folder.File(SimulatedPki.AuthorityFile);
        File.WriteAllText(path, content);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void LoadOrCreate_PrivateFile_IsForItsOwnerOnly()
    {
        using TemporaryFolder folder = new();
        using (SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System))
        {
        }
        string path = folder.File(SimulatedPki.AuthorityFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(folder.File(SimulatedPki.RootFile)), StringComparison.Ordinal);

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<InvalidOperationException>(
            () => SimulatedPki.LoadOrCreate(folder.Path, TimeProvider.System));
    }

    [ProgramFact("openssl", "version")]
    public async Task IssuePck_ChainAndRevocationLists_AreAcceptedByOpenSsl()
    {
        using TemporaryFolder folder = new();
        (ECDsa key, byte[] pem, _) = QuoteFixture.Pki.IssuePck(new SimulatedPckShape());
        key.Dispose();
        string[] parts = Encoding.ASCII.GetString(pem).TrimEnd('\0').Split("-----END CERTIFICATE-----\n");
        for (int i = 0; i < 3; i++)
            await File.WriteAllTextAsync(folder.File($"{i}.pem"), parts[i] + "-----END CERTIFICATE-----\n");
        QuoteCollateral collateral = QuoteFixture.CollateralOf(shape => shape with { RevokedPcks = [new byte[] { 0x12, 0x34 }] });
        string lists = string.Concat(new[] { collateral.PckCrl, collateral.RootCaCrl }.Select(
            der => PemEncoding.WriteString("X509 CRL", der.Span) + "\n"));
        await File.WriteAllTextAsync(folder.File("crl.pem"), lists);

        string time = QuoteFixture.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string output = await ChildProcess.RunAsync(
            "openssl",
            [
                "verify", "-x509_strict", "-crl_check_all", "-CRLfile", folder.File("crl.pem"), "-attime", time,
                "-CAfile", folder.File("2.pem"), "-untrusted", folder.File("1.pem"), folder.File("0.pem"),
            ]);
        Assert.Contains("OK", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Measurements_FollowImageAndCompose_AndNothingElse()
    {
        SimulatedMeasurements same = SimulatedMeasurements.Of("image", "compose");
        SimulatedMeasurements compose = SimulatedMeasurements.Of("image", "other");
        foreach (TdMeasurement register in Enum.GetValues<TdMeasurement>())
            Assert.Equal(QuoteFixture.Measurements[register].ToArray(), same[register].ToArray());
        Assert.Equal(same[TdMeasurement.MrTd].ToArray(), compose[TdMeasurement.MrTd].ToArray());
        Assert.NotEqual(same[TdMeasurement.Rtmr3].ToArray(), compose[TdMeasurement.Rtmr3].ToArray());
        Assert.Equal(
            "01db669a", Convert.ToHexStringLower(same[TdMeasurement.MrConfigId].Span[..4]));
    }

    private static void AssertAccepts(SimulatedPki pki, QuoteCollateral collateral, DateTimeOffset? now = null)
    {
        using SimulatedQuoteSource source = new(pki, QuoteFixture.Measurements);
        QuoteVerdict verdict = QuoteVerifier.Verify(source.Make(QuoteFixture.ReportData, SimulatedQuoteShape.Ordinary), new QuoteVerificationInput
        {
            Now = now ?? TimeProvider.System.GetUtcNow(),
            Root = pki.Root,
            Collateral = collateral,
            Policy = QuoteFixture.Development,
        });
        Assert.Null(verdict.Error);
    }

    private static QuoteCollateral ReadCollateral(string path)
    {
        Assert.True(QuoteCollateral.TryParse(File.ReadAllBytes(path), out QuoteCollateral? collateral, out string cause), cause);
        return collateral;
    }

    private sealed class SettableClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

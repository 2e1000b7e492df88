using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.Commands;
using TeeTee.Cli.Devnet;

namespace TeeTee.Cli.Tests.Devnet;

public sealed class DevnetPolicyTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    // Read back as shard, sequencer and verifier do.
    [Theory]
    [InlineData("teetee-shard", "teetee shard", null)]
    [InlineData("another image", "teetee shard", QuoteStage.Measurements)]
    [InlineData("teetee-shard", "another compose file", QuoteStage.Measurements)]
    public async Task Write_ReadAsAPolicy_LetsTheShardsImagePassAlone(string image, string compose, QuoteStage? refused)
    {
        DevnetPolicy.Write(_path);
        using SimulatedPki pki = SimulatedPki.Create(TimeProvider.System);
        using SimulatedQuoteSource machine = new(pki, SimulatedMeasurements.Of(image, compose));
        byte[] report = new byte[64];

        QuoteVerdict verdict = QuoteVerifier.Verify(await machine.GetQuoteAsync(report, CancellationToken.None), new QuoteVerificationInput
        {
            Now = DateTimeOffset.UtcNow,
            Root = pki.Root,
            Collateral = pki.Collateral(DateTimeOffset.UtcNow),
            ExpectedReportData = report,
            Policy = SettingFiles.LoadPolicy(_path) with { AllowSimulated = true },
        });

        Assert.Equal(refused, verdict.Error?.Stage);
    }
}

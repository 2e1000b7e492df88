using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Tests.Collateral;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Commands;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class CollateralFeedTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly CollateralFixture _pki = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-feed-").FullName;
    private CertificationServer _server = null!;

    public async Task InitializeAsync() => _server = await CertificationServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _pki.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Fetch_PlatformThatIsLookedFor_ComesInTheBackgroundAndStays()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _server.Collateral = _pki.Make(new CollateralShape { Issued = new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero) });
        using StringWriter log = new();
        await using (CollateralFeed feed = Open(log))
        {
            using CancellationTokenSource limit = new(s_patience);
            while (feed.Provider.Find(CollateralFixture.Platform) is null)
                await Task.Delay(10, limit.Token);
        }

        Assert.Contains($"collateral {CollateralFixture.Fmspc} Renewed: evaluation 20", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ALARM", log.ToString(), StringComparison.Ordinal);
        _server.Collateral = null;
        await using CollateralFeed again = Open(log);
        Assert.NotNull(again.Provider.Find(CollateralFixture.Platform));
    }

    [Fact]
    public async Task Fetch_CollateralThatRanOut_RaisesTheAlarm()
    {
        _server.Collateral = _pki.Make(new CollateralShape { Issued = TimeProvider.System.GetUtcNow().AddDays(-60) });
        using StringWriter log = new();
        await using CollateralFeed feed = Open(log);

        await Assert.ThrowsAsync<CollateralUnavailableException>(() => feed.Provider.GetAsync(CollateralFixture.Platform, CancellationToken.None).AsTask().WaitAsync(s_patience));

        Assert.Contains("ALARM", log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sequencer")]
    [InlineData("verifier")]
    public async Task Services_CollateralOptions_AreNamedInTheHelp(string command)
    {
        CommandRun run = await CommandRun.RunAsync(command, "--help");

        Assert.Contains("--collateral-url", run.Output, StringComparison.Ordinal);
        Assert.Contains("--collateral-update", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("late", "http://127.0.0.1:1", null)]
    [InlineData("standard", "ftp://127.0.0.1", null)]
    [InlineData("standard", "http://user:secret@127.0.0.1", null)]
    [InlineData("standard", "http://127.0.0.1:1", "collateral.json")]
    public void OpenCollateral_WrongOptions_AreRefused(string update, string url, string? file)
    {
        ServiceSettings service = new(new Settings(SettingSource.Load([], _ => null)), "state", "127.0.0.1:0");
        System.CommandLine.Command command = new("x");
        foreach (System.CommandLine.Option option in service.Symbols.Concat(service.CollateralSymbols).Cast<System.CommandLine.Option>())
            command.Options.Add(option);

        FailureException failure = Assert.Throws<FailureException>(() => service.OpenCollateral(
            command.Parse(["--collateral-url", url, "--collateral-update", update, "--state", _folder]), file, null, TextWriter.Null));

        Assert.Equal(("bad_setting", ExitCode.Usage), (failure.Code, failure.ExitCode));
    }

    private CollateralFeed Open(StringWriter log) =>
        CollateralFeed.Fetch(new PcsOptions { BaseUrls = [_server.Address], Root = _pki.Root }, _folder, log);
}

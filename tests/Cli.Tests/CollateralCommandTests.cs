using System.Text.Json;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Tests.Collateral;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class CollateralCommandTests : IAsyncLifetime
{
    private readonly CollateralFixture _pki = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-collateral-").FullName;
    private CertificationServer _server = null!;

    private string Out => Path.Combine(_folder, "collateral.json");

    public async Task InitializeAsync()
    {
        _server = await CertificationServer.StartAsync();
        _server.Collateral = _pki.Make(new CollateralShape { Revoked = 5 });
        await File.WriteAllTextAsync(Path.Combine(_folder, "root.pem"), _pki.RootPem);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _pki.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Fetch_ThenShow_TellTheSame()
    {
        CommandRun fetched = await FetchAsync("--fmspc", CollateralFixture.Fmspc.ToUpperInvariant());
        Assert.Equal(ExitCode.Success, fetched.ExitCode);
        Assert.Equal(_server.Collateral!.Write(), await File.ReadAllBytesAsync(Out));

        CommandRun shown = await CommandRun.RunAsync("collateral", "show", Out, "--json");

        Assert.Equal(ExitCode.Success, shown.ExitCode);
        foreach (JsonElement json in new[] { fetched.Json, shown.Json })
        {
            Assert.Equal(CollateralFixture.Fmspc, json.GetProperty("fmspc").GetString());
            Assert.Equal("platform", json.GetProperty("ca").GetString());
            Assert.Equal(CollateralFixture.Issued.AddDays(30), json.GetProperty("expires").GetDateTimeOffset());
            Assert.Equal(20, json.GetProperty("tcbInfo").GetProperty("tcbEvaluationDataNumber").GetInt32());
            Assert.Equal("TD_QE", json.GetProperty("qeIdentity").GetProperty("id").GetString());
            Assert.Equal(5, json.GetProperty("pckCrl").GetProperty("revoked").GetInt32());
            Assert.Equal(CollateralFixture.Issued.AddDays(365), json.GetProperty("rootCrl").GetProperty("nextUpdate").GetDateTimeOffset());
        }
        Assert.True(fetched.Json.TryGetProperty("authenticUnder", out _));
        Assert.False(shown.Json.TryGetProperty("authenticUnder", out _));
    }

    [Fact]
    public async Task Fetch_EarlyOfProcessor_AsksForThem()
    {
        _server.Collateral = _pki.Make(new CollateralShape { Authority = PckAuthority.Processor });

        Assert.Equal(ExitCode.Success, (await FetchAsync("--fmspc", CollateralFixture.Fmspc, "--ca", "processor", "--update", "early")).ExitCode);

        Assert.Contains(_server.Requests, request => request.Contains("ca=processor", StringComparison.Ordinal));
        Assert.Contains(_server.Requests, request => request.Contains("update=early", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_OtherRoot_IsRefused()
    {
        CommandRun run = await CommandRun.RunAsync("collateral", "fetch", "--url", _server.Address.ToString(), "--fmspc", CollateralFixture.Fmspc, "--out", Out, "--json");

        run.ShouldFail(ExitCode.Unreachable, "collateral_unavailable");
        Assert.False(File.Exists(Out));
    }

    [Fact]
    public async Task Fetch_ServiceThatKnowsNothing_IsUnreachable()
    {
        _server.Collateral = null;

        (await FetchAsync("--fmspc", CollateralFixture.Fmspc)).ShouldFail(ExitCode.Unreachable, "collateral_unavailable");
    }

    [Theory]
    [InlineData("bad_setting", "--fmspc", "123")]
    [InlineData("bad_setting", "--fmspc", "../../../etc1")]
    [InlineData("bad_setting", "--fmspc", "00806f050000", "--ca", "root")]
    [InlineData("bad_setting", "--fmspc", "00806f050000", "--update", "late")]
    [InlineData("bad_setting")]
    [InlineData("bad_setting", "--fmspc", "00806f050000", "--quote", "q")]
    [InlineData("bad_setting", "--fmspc", "00806f050000", "--root-crl-url", "file:///x")]
    public async Task Fetch_BadOptions_FailClearly(string error, params string[] options) =>
        (await FetchAsync(options)).ShouldFail(ExitCode.Usage, error);

    [Fact]
    public async Task Fetch_NoQuoteFile_FailsClearly() =>
        (await FetchAsync("--quote", "/absent")).ShouldFail(ExitCode.Configuration, "bad_quote_file");

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("http://user:secret@x")]
    public async Task Fetch_BadAddress_FailsClearly(string url) =>
        (await CommandRun.RunAsync("collateral", "fetch", "--url", url, "--fmspc", "00806f050000", "--out", Out, "--json")).ShouldFail(ExitCode.Usage, "bad_setting");

    [Fact]
    public async Task Fetch_NoAddress_IsAUsageError() =>
        (await CommandRun.RunAsync("collateral", "fetch", "--fmspc", "00806f050000", "--out", Out, "--json")).ShouldFail(ExitCode.Usage, "usage");

    [Fact]
    public async Task Show_NoCollateral_IsRefused()
    {
        await File.WriteAllTextAsync(Out, "{}");

        (await CommandRun.RunAsync("collateral", "show", Out, "--json")).ShouldFail(ExitCode.Configuration, "bad_collateral");
    }

    [SharedFact("tdx/cases.json")]
    public async Task Show_RealCollateral_TellsDatesAndCounts()
    {
        JsonElement json = (await CommandRun.RunAsync("collateral", "show", Path.Combine(Repository.Shared, "tdx/collateral/qvl-90c06f-2026-02.json"), "--json")).Json;

        Assert.Equal("90c06f000000", json.GetProperty("fmspc").GetString());
        Assert.Equal(57, json.GetProperty("pckCrl").GetProperty("revoked").GetInt32());
        Assert.Equal(18, json.GetProperty("tcbInfo").GetProperty("tcbEvaluationDataNumber").GetInt32());
    }

    [SharedFact("tdx/cases.json")]
    public async Task Fetch_RealQuote_AsksForItsPlatform()
    {
        await FetchAsync("--quote", Path.Combine(Repository.Shared, "tdx/quotes/qvl-tdx-v4.bin"));

        Assert.Contains("/sgx/certification/v4/pckcrl?ca=platform&encoding=der", _server.Requests);
        Assert.Contains("/tdx/certification/v4/tcb?fmspc=b0c06f000000&update=standard", _server.Requests);
    }

    private Task<CommandRun> FetchAsync(params string[] options) => CommandRun.RunAsync(
        ["collateral", "fetch", "--url", _server.Address.ToString(), "--out", Out, "--trusted-root", Path.Combine(_folder, "root.pem"), "--json", .. options]);
}

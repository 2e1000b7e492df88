using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Cli.Tests.Support;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Tests.Attestation;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.Cli.Tests;

/// <summary><c>teetee attest status</c> against a server on a real port that gives reports with real simulated quotes, honest or not. The running network is EndToEnd.Tests'.</summary>
public sealed class AttestCommandTests : IAsyncLifetime, IDisposable
{
    private readonly AttestationFixture _fixture = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-attest-").FullName;
    private WebApplication _server = null!;
    private string _url = "";
    private Func<Bytes32, Task<AttestationReport>> _report = null!;

    private string RootFile => Path.Combine(_folder, "root.pem");

    private string CollateralPath => Path.Combine(_folder, "own.json");

    public async Task InitializeAsync()
    {
        _report = _fixture.ReportAsync;
        await File.WriteAllTextAsync(RootFile, _fixture.RootPem);
        await File.WriteAllBytesAsync(CollateralPath, Collateral());
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.MapGet("/v1/info", http => http.Response.WriteAsJsonAsync(Info(), JobApiJson.Options));
        _server.MapGet("/v1/attestation/report", async http =>
            await http.Response.WriteAsJsonAsync(await _report(Bytes32.Parse("0x" + http.Request.Query["nonce"])), JobApiJson.Options));
        await _server.StartAsync();
        _url = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    public void Dispose()
    {
        _fixture.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Status_HonestPipeline_AcceptsEverySlotByItsOwnNonce()
    {
        List<Bytes32> nonces = [];
        _report = nonce =>
        {
            nonces.Add(nonce);
            return _fixture.ReportAsync(nonce);
        };

        CommandRun first = await RunAsync("--trusted-root", RootFile, "--json");
        CommandRun second = await RunAsync("--trusted-root", RootFile, "--json");

        Assert.True(first.ExitCode == ExitCode.Success, first.Output + first.Progress);
        Assert.Equal((ExitCode.Success, 2), (second.ExitCode, nonces.Distinct().Count()));
        Assert.Equal(("accept", true, nonces[0].ToString()[2..]), (Text(first.Json, "verdict"), first.Json.GetProperty("simulated").GetBoolean(), Text(first.Json, "nonce")));
        JsonElement[] slots = [.. first.Json.GetProperty("slots").EnumerateArray()];
        Assert.Equal(_fixture.Slots.Select(slot => slot.SlotId), slots.Select(slot => slot.GetProperty("slotId").GetUInt32()));
        foreach ((JsonElement slot, int i) in slots.Select((slot, i) => (slot, i)))
        {
            Assert.Equal(("accept", "simulated"), (Text(slot, "verdict"), Text(slot, "teeType")));
            Assert.Equal(Convert.ToHexStringLower(AttestationFixture.Measurements[TdMeasurement.MrTd].Span), Text(slot, "mrTd"));
            Assert.Equal((_fixture.SigningKeys[i].ToString(), _fixture.EncryptionKeys[i].ToString()), (Text(slot, "signingKey"), Text(slot, "encryptionKey")));
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", Text(slot, "expires"));
            Assert.False(slot.TryGetProperty("stage", out _));
            Assert.False(slot.TryGetProperty("registered", out _));
        }
        Assert.Contains("--chain-url", first.Progress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_GivenNonce_IsTheOneThatIsAsked()
    {
        string nonce = AttestationFixture.Nonce.ToString()[2..];
        _report = asked => _fixture.ReportAsync(asked == AttestationFixture.Nonce ? asked : Bytes32.Zero);

        Assert.Equal(ExitCode.Success, (await RunAsync("--trusted-root", RootFile, "--nonce", nonce, "--json")).ExitCode);
    }

    [Fact]
    public async Task Status_ReplayedReport_IsRejected()
    {
        _report = _ => _fixture.ReportAsync(Bytes32.Zero);

        CommandRun run = await RunAsync("--trusted-root", RootFile, "--json");

        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        Assert.All(run.Json.GetProperty("slots").EnumerateArray(), slot => Assert.Equal(("reject", "Report"), (Text(slot, "verdict"), Text(slot, "stage"))));
    }

    [Fact]
    public async Task Status_OneForgedSlot_IsNamedAndFails()
    {
        _report = async nonce =>
        {
            AttestationReport report = await _fixture.ReportAsync(nonce);
            return report with { Entries = report.Entries.SetItem(1, report.Entries[1] with { Details = report.Entries[1].Details with { EncryptionKey = Bytes32.Zero } }) };
        };

        CommandRun json = await RunAsync("--trusted-root", RootFile, "--json");
        CommandRun text = await RunAsync("--trusted-root", RootFile);

        Assert.Equal((ExitCode.VerificationFailed, ExitCode.VerificationFailed), (json.ExitCode, text.ExitCode));
        Assert.Equal(["accept", "reject", "accept"], json.Json.GetProperty("slots").EnumerateArray().Select(slot => Text(slot, "verdict")));
        JsonElement forged = json.Json.GetProperty("slots")[1];
        Assert.Equal("ReportData", Text(forged, "stage"));
        Assert.False(forged.TryGetProperty("encryptionKey", out _));
        Assert.Contains("reject  slot 9: ReportData:", text.Output, StringComparison.Ordinal);
        Assert.Contains("accept  slot 4: simulated", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_MissingSlot_FailsWithItsReason()
    {
        _report = async nonce =>
        {
            AttestationReport report = await _fixture.ReportAsync(nonce);
            return report with { Entries = report.Entries.RemoveAt(2), Details = report.Details with { Complete = false, Missing = [new AttestationGap(5, "Unavailable: away")] } };
        };

        CommandRun run = await RunAsync("--trusted-root", RootFile, "--json");

        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        Assert.Contains("away", Text(run.Json.GetProperty("slots")[2], "error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_IntelsRoot_RefusesSimulatedQuotes()
    {
        CommandRun run = await RunAsync("--json");

        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        Assert.All(run.Json.GetProperty("slots").EnumerateArray(), slot => Assert.Equal("reject", Text(slot, "verdict")));
    }

    [Fact]
    public async Task Status_ReportWithoutCollateral_NeedsItsOwn()
    {
        _report = async nonce =>
        {
            AttestationReport report = await _fixture.ReportAsync(nonce);
            return report with { Entries = [.. report.Entries.Select(entry => entry with { Details = entry.Details with { Collateral = null } })] };
        };

        CommandRun without = await RunAsync("--trusted-root", RootFile, "--json");
        CommandRun with = await RunAsync("--trusted-root", RootFile, "--collateral", CollateralPath, "--json");

        Assert.All(without.Json.GetProperty("slots").EnumerateArray(), slot => Assert.Equal("Collateral", Text(slot, "stage")));
        Assert.Equal(ExitCode.Success, with.ExitCode);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "bad_setting", "--nonce", "12")]
    [InlineData(ExitCode.Usage, "bad_setting", "--chain-url", "http://127.0.0.1:9")]
    [InlineData(ExitCode.Configuration, "bad_trusted_root", "--trusted-root", "/nowhere/root.pem")]
    [InlineData(ExitCode.Configuration, "bad_collateral", "--collateral", "/nowhere/collateral.json")]
    [InlineData(ExitCode.Configuration, "bad_deployment", "--deployment", "/nowhere/deployment.json")]
    [InlineData(ExitCode.Refused, "model_not_found", "--model", "another")]
    public async Task Status_BadArguments_FailClearly(ExitCode code, string error, params string[] arguments) =>
        (await RunAsync([.. arguments, "--json"])).ShouldFail(code, error);

    [Fact]
    public async Task Status_NobodyListens_IsUnreachable() =>
        (await CommandRun.RunAsync("attest", "status", "--url", "http://127.0.0.1:9", "--json")).ShouldFail(ExitCode.Unreachable, "unreachable");

    private Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.RunAsync(["attest", "status", "--url", _url, .. arguments]);

    private byte[] Collateral() => _fixture.Collateral.Write();

    private NodeInfo Info() => new(
        1, AttestationFixture.Domain.ChainId, AttestationFixture.Domain.Rollup, Address.Zero, 1, 1, 0,
        [
            new ModelInfo("model", AttestationFixture.ModelId, AttestationFixture.Layers, 64, 100, 1, 1, _fixture.EncryptionKeys[0],
                [.. _fixture.Slots.Select((slot, i) => new SlotInfo(slot.SlotId, slot.Operator, slot.FirstLayer, slot.LayerCount, _fixture.SigningKeys[i], "simulated"))]),
        ]);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

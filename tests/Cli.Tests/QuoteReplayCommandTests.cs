using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class QuoteReplayCommandTests : IDisposable
{
    private const int ConfigIdOffset = 232;
    private const int RegistersOffset = 376;

    private static readonly byte[] s_compose = Encoding.UTF8.GetBytes(
        $$"""{"docker_compose_file": "services:\n  shard:\n    image: example/teetee@sha256:{{new string('a', 64)}}\n"}""");

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Replay_OwnMachine_MatchesAndTellsTheApplication()
    {
        (string log, string quote, string compose) = await MachineAsync(s_compose);

        CommandRun run = await CommandRun.RunAsync("quote", "replay", "--eventlog", log, "--quote", quote, "--compose", compose, "--require-pins", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        JsonElement json = run.Json;
        Assert.True(json.GetProperty("matches").GetBoolean());
        Assert.Equal(8, json.GetProperty("events").GetInt32());
        Assert.Equal(4, json.GetProperty("rtmr").GetArrayLength());
        string hash = Convert.ToHexStringLower(SHA256.HashData(s_compose));
        Assert.Equal(hash, json.GetProperty("composeHash").GetString());
        Assert.Equal(hash[..40], json.GetProperty("appId").GetString());
        Assert.Equal("none", json.GetProperty("keyProvider").GetProperty("name").GetString());
        Assert.Equal("Version1", json.GetProperty("configId").GetString());
        Assert.True(json.GetProperty("compose").GetProperty("pinned").GetBoolean());
        Assert.Equal([true, true, true, true, true, true, false], json.GetProperty("runtimeEvents").EnumerateArray().Select(e => e.GetProperty("trusted").GetBoolean()));
        Assert.False(json.TryGetProperty("error", out _));
    }

    [Fact]
    public async Task Replay_UnpinnedImage_IsReportedAndFailsWhereAskedFor()
    {
        (string log, string quote, string compose) = await MachineAsync("{\"docker_compose_file\": \"services:\\n  shard:\\n    image: example/teetee:latest\\n\", \"pre_launch_script\": \"x\"}"u8.ToArray());
        string[] arguments = ["quote", "replay", "--eventlog", log, "--quote", quote, "--compose", compose, "--json"];

        CommandRun plain = await CommandRun.RunAsync(arguments);
        CommandRun strict = await CommandRun.RunAsync([.. arguments, "--require-pins"]);

        Assert.Equal((ExitCode.Success, ExitCode.VerificationFailed), (plain.ExitCode, strict.ExitCode));
        JsonElement found = plain.Json.GetProperty("compose");
        Assert.False(found.GetProperty("pinned").GetBoolean());
        Assert.Equal("example/teetee:latest", found.GetProperty("images")[0].GetProperty("image").GetString());
        Assert.Equal("pre_launch_script", found.GetProperty("scripts")[0].GetString());
        CommandRun text = await CommandRun.RunAsync(arguments[..^1]);
        Assert.Contains("UNPINNED example/teetee:latest", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_OtherComposeFile_Fails()
    {
        (string log, string quote, _) = await MachineAsync(s_compose);
        string other = Path.Combine(_folder, "other.json");
        await File.WriteAllBytesAsync(other, [.. s_compose, (byte)' ']);

        CommandRun run = await CommandRun.RunAsync("quote", "replay", "--eventlog", log, "--quote", quote, "--compose", other, "--json");

        AssertRefused(run, "Compose");
    }

    [Theory]
    [InlineData("swap", "Registers")]
    [InlineData("remove", "Registers")]
    [InlineData("add", "Registers")]
    [InlineData("payload", "RuntimeDigest")]
    [InlineData("after ready", "Names")]
    [InlineData("version 2", "RuntimeDigest")]
    public async Task Replay_ForgedLog_Fails(string forgery, string stage)
    {
        (string log, string quote, _) = await MachineAsync(s_compose);
        JsonArray events = JsonNode.Parse(await File.ReadAllTextAsync(log))!.AsArray();
        JsonNode compose = events[2]!;
        switch (forgery)
        {
            case "swap":
                events.RemoveAt(2);
                events.Insert(1, compose);
                break;
            case "remove":
                events.RemoveAt(0);
                break;
            case "add":
                events.Add(compose.DeepClone());
                events[^1]!["event"] = "another";
                break;
            case "payload":
                compose["digest"] = new string('0', 96);
                break;
            case "after ready":
                events.RemoveAt(2);
                events.Add(compose);
                break;
            default:
                compose["version"] = 2;
                break;
        }
        await File.WriteAllTextAsync(log, events.ToJsonString());

        AssertRefused(await CommandRun.RunAsync("quote", "replay", "--eventlog", log, "--quote", quote, "--json"), stage);
    }

    [Theory]
    [InlineData("", "Form")]
    [InlineData("[]", "Quote")]
    [InlineData("{\"event_log\":[],\"quote\":\"00\"}", "Quote")]
    public async Task Replay_HostileFiles_GiveAResult(string text, string stage)
    {
        string log = Path.Combine(_folder, "log");
        await File.WriteAllTextAsync(log, text);

        AssertRefused(await CommandRun.RunAsync("quote", "replay", "--eventlog", log, "--json"), stage);
    }

    [Fact]
    public async Task Replay_BadOptions_FailClearly()
    {
        (await CommandRun.RunAsync("quote", "replay", "--json")).ShouldFail(ExitCode.Usage, "usage");
        (await CommandRun.RunAsync("quote", "replay", "--eventlog", "/absent", "--json")).ShouldFail(ExitCode.Configuration, "bad_event_log");
        (string log, _, _) = await MachineAsync(s_compose);
        (await CommandRun.RunAsync("quote", "replay", "--eventlog", log, "--require-pins", "--json")).ShouldFail(ExitCode.Usage, "bad_setting");
    }

    [SharedFact("tdx/cases.json")]
    public async Task Replay_EverySharedCase_GivesTheExpectedResult()
    {
        string folder = Path.Combine(Repository.Shared, "tdx");
        using JsonDocument cases = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "cases.json")));
        JsonElement[] all = [.. cases.RootElement.GetProperty("eventlog_cases").EnumerateArray()];
        Assert.Equal(4, all.Length);
        foreach (JsonElement item in all)
        {
            CommandRun run = await CommandRun.RunAsync(
                "quote", "replay", "--eventlog", Path.Combine(folder, item.GetProperty("file").GetString()!), "--quote", Path.Combine(folder, item.GetProperty("quote").GetString()!), "--json");

            Assert.Equal(ExitCode.Success, run.ExitCode);
            Assert.Equal(item.GetProperty("matches_quote").GetBoolean(), run.Json.GetProperty("matches").GetBoolean());
            Assert.Equal(item.GetProperty("events").GetInt32(), run.Json.GetProperty("events").GetInt32());
            Assert.Equal(item.GetProperty("rtmr").EnumerateArray().Select(r => r.GetString()), run.Json.GetProperty("rtmr").EnumerateArray().Select(r => r.GetString()));
            Assert.Equal(
                item.GetProperty("runtime_events").EnumerateObject().Select(e => (e.Name, e.Value.GetString())),
                run.Json.GetProperty("runtimeEvents").EnumerateArray().Select(e => (e.GetProperty("name").GetString()!, e.GetProperty("payload").GetString())));
        }
    }

    private static void AssertRefused(CommandRun run, string stage)
    {
        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        Assert.False(run.Json.GetProperty("matches").GetBoolean());
        Assert.Equal(stage, run.Json.GetProperty("stage").GetString());
        Assert.NotEmpty(run.Json.GetProperty("error").GetString()!);
    }

    /// <summary>The files of a machine that measured this compose file: log, quote (whose registers are written over), compose.</summary>
    private async Task<(string Log, string Quote, string Compose)> MachineAsync(byte[] compose)
    {
        byte[] hash = SHA256.HashData(compose);
        JsonArray events =
        [
            new JsonObject { ["imr"] = 0, ["event_type"] = 8, ["digest"] = new string('1', 96), ["event"] = "", ["event_payload"] = "" },
            Runtime("app-id", hash[..20]), Runtime("compose-hash", hash), Runtime("instance-id", []), Runtime("boot-mr-done", []),
            Runtime("key-provider", """{"name":"none","id":""}"""u8.ToArray()), Runtime("system-ready", []), Runtime("application", [1]),
        ];
        byte[] json = Encoding.UTF8.GetBytes(events.ToJsonString());
        using SimulatedPki pki = SimulatedPki.Create(TimeProvider.System);
        using SimulatedQuoteSource source = new(pki, SimulatedMeasurements.Of("image", "compose"));
        byte[] quote = await source.GetQuoteAsync(new byte[64], CancellationToken.None);
        Assert.True(EventLog.TryRead(json, out EventLog? log, out _));
        Assert.True(TdxQuote.TryParse(quote, out TdxQuote? parsed, out _));
        IReadOnlyList<ReadOnlyMemory<byte>> registers = EventLogVerifier.Verify(log, parsed.Report).Registers;
        for (int i = 0; i < 4; i++)
            registers[i].CopyTo(quote.AsMemory(RegistersOffset + (48 * i)));
        ((byte[])[1, .. hash, .. new byte[15]]).CopyTo(quote, ConfigIdOffset);
        return (await WriteAsync("log.json", json), await WriteAsync("quote.bin", quote), await WriteAsync("compose.json", compose));
    }

    private static JsonObject Runtime(string name, byte[] payload) =>
        new() { ["imr"] = 3, ["event_type"] = MeasuredEvent.RuntimeType, ["digest"] = "", ["event"] = name, ["event_payload"] = Convert.ToHexStringLower(payload) };

    private async Task<string> WriteAsync(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        await File.WriteAllBytesAsync(path, content);
        return path;
    }
}

using System.Text.Json;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Cli.Commands.Quotes;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Quotes;

/// <summary>A simulated machine's quote through the command line, with the files that a development network keeps.</summary>
public sealed class QuoteCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-quote-").FullName;
    private readonly byte[] _reportData = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
    private readonly byte[] _quote;

    public QuoteCommandTests()
    {
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(_folder, TimeProvider.System);
        using SimulatedQuoteSource source = new(pki, SimulatedMeasurements.Of("image", "compose"));
        _quote = source.GetQuoteAsync(_reportData, CancellationToken.None).GetAwaiter().GetResult();
        File.WriteAllBytes(PathOf("quote.bin"), _quote);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Verify_SimulatedQuoteUnderItsRoot_IsAcceptedAndMarked()
    {
        CommandRun run = await VerifyAsync("quote.bin", "--root", PathOf("root.pem"));

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal("accept", run.Json.GetProperty("verdict").GetString());
        Assert.Equal("UpToDate", run.Json.GetProperty("status").GetString());
        Assert.True(run.Json.GetProperty("simulated").GetBoolean());
        Assert.Equal("53494d554c00", run.Json.GetProperty("fmspc").GetString());
        Assert.Equal(Convert.ToHexStringLower(_reportData), run.Json.GetProperty("reportData").GetString());
        Assert.Equal("2026-05-13T00:00:00Z", run.Json.GetProperty("tcbDate").GetString());
        Assert.Equal(96, run.Json.GetProperty("mrTd").GetString()!.Length);
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("stage").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("error").ValueKind);
        Assert.Empty(run.Json.GetProperty("advisories").EnumerateArray());
        Assert.InRange(run.Json.GetProperty("expires").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddDays(27), DateTimeOffset.UtcNow.AddDays(30));
    }

    [Fact]
    public async Task Verify_SimulatedQuoteUnderIntel_IsRefusedWithTheWholeObject()
    {
        CommandRun run = await VerifyAsync("quote.bin");

        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        Assert.Equal("reject", run.Json.GetProperty("verdict").GetString());
        Assert.Equal("RootCrl", run.Json.GetProperty("stage").GetString());
        Assert.Contains("Intel SGX Root CA", run.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("status").ValueKind);
        Assert.Equal(Convert.ToHexStringLower(_reportData), run.Json.GetProperty("reportData").GetString());
    }

    [Fact]
    public async Task Verify_ReadByPeople_NamesVerdictAndStage()
    {
        CommandRun run = await CommandRun.RunAsync("quote", "verify", PathOf("quote.bin"), "--collateral", PathOf("collateral.json"));
        Assert.StartsWith("reject: RootCrl", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_HexAndBase64_AreTheSameQuote()
    {
        string hex = Convert.ToHexString(_quote);
        await File.WriteAllTextAsync(PathOf("q.hex"), hex[..100] + "\n" + hex[100..] + "\n");
        await File.WriteAllTextAsync(PathOf("q.0x"), "0x" + hex.ToLowerInvariant());
        await File.WriteAllTextAsync(PathOf("q.b64"), Convert.ToBase64String(_quote, Base64FormattingOptions.InsertLineBreaks));
        foreach (string name in new[] { "q.hex", "q.0x", "q.b64" })
            Assert.Equal(ExitCode.Success, (await VerifyAsync(name, "--root", PathOf("root.pem"))).ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a quote")]
    [InlineData("0x")]
    [InlineData("abc")]
    public void Decode_OtherText_IsLeftToTheVerifier(string text)
    {
        byte[] content = System.Text.Encoding.ASCII.GetBytes(text);
        Assert.Equal(text == "0x" ? [] : content, QuoteFile.Decode(content));
    }

    [Theory]
    [InlineData("""{"minTcbEvaluationDataNumber": 20, "acceptedStatuses": ["UpToDate"]}""", "")]
    [InlineData("""{"minTcbEvaluationDataNumber": 21}""", "TcbInfo")]
    [InlineData("""{"acceptedStatuses": []}""", "TcbLevel")]
    [InlineData("""{"allowedTdAttributes": ["8000000010000000"]}""", "Attributes")]
    [InlineData("""{"composeHash": ["0000000000000000000000000000000000000000000000000000000000000000"]}""", "Measurements")]
    [InlineData("""{"measurements": {"rtmr1": []}}""", "Measurements")]
    public async Task Verify_WithAPolicyFile_JudgesByIt(string policy, string stage)
    {
        await File.WriteAllTextAsync(PathOf("policy.json"), policy);

        CommandRun run = await VerifyAsync("quote.bin", "--root", PathOf("root.pem"), "--policy", PathOf("policy.json"));

        Assert.Equal(stage.Length == 0 ? ExitCode.Success : ExitCode.VerificationFailed, run.ExitCode);
        Assert.Equal(stage, run.Json.GetProperty("stage").GetString() ?? "");
    }

    [Fact]
    public async Task Verify_StatusOption_WinsOverThePolicy()
    {
        await File.WriteAllTextAsync(PathOf("policy.json"), """{"acceptedStatuses": []}""");
        string[] common = ["--root", PathOf("root.pem"), "--policy", PathOf("policy.json")];

        Assert.Equal(ExitCode.Success, (await VerifyAsync("quote.bin", [.. common, "--accept-status", "any"])).ExitCode);
        Assert.Equal(ExitCode.Success, (await VerifyAsync("quote.bin", [.. common, "--accept-status", "OutOfDate, UpToDate"])).ExitCode);
        Assert.Equal(ExitCode.VerificationFailed, (await VerifyAsync("quote.bin", [.. common, "--accept-status", "OutOfDate"])).ExitCode);
    }

    [Fact]
    public async Task Verify_AnotherTime_IsJudgedThen()
    {
        string root = PathOf("root.pem");
        long late = DateTimeOffset.UtcNow.AddDays(40).ToUnixTimeSeconds();

        Assert.Equal("RootCrl", (await VerifyAsync("quote.bin", "--root", root, "--at", $"{late}")).Json.GetProperty("stage").GetString());
        Assert.Equal("RootCrl", (await VerifyAsync("quote.bin", "--root", root, "--at", "2001-01-01T00:00:00Z")).Json.GetProperty("stage").GetString());
        Assert.Equal(ExitCode.Success, (await VerifyAsync("quote.bin", "--root", root, "--at", $"{DateTimeOffset.UtcNow:O}")).ExitCode);
    }

    [Fact]
    public async Task Verify_WrongSettings_AreNamed()
    {
        await File.WriteAllTextAsync(PathOf("other.json"), """{"surprise": 1}""");
        (await VerifyAsync("absent.bin")).ShouldFail(ExitCode.Configuration, "bad_quote_file");
        (await VerifyAsync("quote.bin", "--policy", PathOf("other.json"))).ShouldFail(ExitCode.Configuration, "bad_policy");
        (await VerifyAsync("quote.bin", "--policy", PathOf("absent.json"))).ShouldFail(ExitCode.Configuration, "bad_policy");
        (await VerifyAsync("quote.bin", "--root", PathOf("other.json"))).ShouldFail(ExitCode.Configuration, "bad_trusted_root");
        (await VerifyAsync("quote.bin", "--at", "yesterday")).ShouldFail(ExitCode.Usage, "bad_setting");
        (await VerifyAsync("quote.bin", "--accept-status", "Revoked")).ShouldFail(ExitCode.Usage, "bad_setting");
        (await CommandRun.RunAsync("quote", "verify", PathOf("quote.bin"), "--collateral", PathOf("other.json"), "--json"))
            .ShouldFail(ExitCode.Configuration, "bad_collateral");
        (await CommandRun.RunAsync("quote", "verify", PathOf("quote.bin"), "--json")).ShouldFail(ExitCode.Usage, "usage");
    }

    [Fact]
    public async Task Inspect_Quote_PrintsItsFieldsWithoutJudging()
    {
        byte[] changed = [.. _quote, 1, 2, 3];
        changed[48 + 136] ^= 1;
        await File.WriteAllBytesAsync(PathOf("changed.bin"), changed);

        CommandRun run = await CommandRun.RunAsync("quote", "inspect", PathOf("changed.bin"), "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(4, run.Json.GetProperty("version").GetInt32());
        Assert.Equal(3, run.Json.GetProperty("ignoredBytes").GetInt32());
        Assert.Equal("0x0000000010000000", run.Json.GetProperty("tdAttributes").GetString());
        Assert.Equal("Platform", run.Json.GetProperty("authority").GetString());
        Assert.Equal(Convert.ToHexStringLower(changed.AsSpan(48 + 136, 48)), run.Json.GetProperty("mrTd").GetString());
        (await CommandRun.RunAsync("quote", "inspect", PathOf("root.pem"), "--json")).ShouldFail(ExitCode.VerificationFailed, "bad_quote");
    }

    private Task<CommandRun> VerifyAsync(string name, params string[] options) =>
        CommandRun.RunAsync(["quote", "verify", PathOf(name), "--collateral", PathOf("collateral.json"), .. options, "--json"]);

    private string PathOf(string name) => Path.Combine(_folder, name);
}

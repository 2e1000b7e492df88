using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class EconomicsCommandTests
{
    [Fact]
    public async Task Economics_Defaults_HoldAndGiveEveryFigure()
    {
        CommandRun run = await CommandRun.RunAsync("economics", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.True(run.Json.GetProperty("holds").GetBoolean());
        Assert.Equal(8, run.Json.GetProperty("rules").GetArrayLength());
        Assert.All(run.Json.GetProperty("rules").EnumerateArray(), rule => Assert.True(rule.GetProperty("holds").GetBoolean()));
        JsonElement tenth = run.Json.GetProperty("detection")[1];
        Assert.Equal(10, tenth.GetProperty("cheats").GetDouble());
        Assert.Equal(1 - Math.Pow(1 - 0.01 * 0.9, 10), tenth.GetProperty("probability").GetDouble(), 1e-12);
        // C / ((1 - r)(R + S)) with C = R = 0.000045 and S = 0.5 ether.
        Assert.Equal(0.000045 / (0.9 * 0.500045), run.Json.GetProperty("leastSamplingRate").GetDouble(), 1e-12);
    }

    [Fact]
    public async Task Economics_SamplingBelowTheLeast_ExitsWithTheRuleAndBothValues()
    {
        CommandRun run = await CommandRun.RunAsync("economics", "--sampling", "0.0000999", "--json");

        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        JsonElement[] all = [.. run.Json.GetProperty("rules").EnumerateArray().Where(rule => !rule.GetProperty("holds").GetBoolean())];
        // The loss is concave in the number of wrong jobs: where one pays, many do.
        Assert.Equal(["OneCheatLoses", "ManyCheatsLose"], all.Select(rule => rule.GetProperty("rule").GetString()));
        JsonElement broken = all[0];
        Assert.Equal("9.99E-05", broken.GetProperty("value").GetString());
        Assert.StartsWith("9.9991", broken.GetProperty("bound").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sampling", "1.5")]
    [InlineData("--stake", "-1")]
    [InlineData("--fee", "0x10")]
    [InlineData("--bounty", "79228162514264337593543950336")]
    public async Task Economics_BadAmount_IsRefused(string option, string value) =>
        (await CommandRun.RunAsync("economics", option, value, "--json")).ShouldFail(ExitCode.Usage, "bad_setting");

    [Fact]
    public async Task Economics_ChainWithoutDeployment_IsRefused() =>
        (await CommandRun.RunAsync("economics", "--chain", "http://127.0.0.1:1/", "--json")).ShouldFail(ExitCode.Usage, "bad_setting");
}

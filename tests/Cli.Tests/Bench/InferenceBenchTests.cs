using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Bench;

public sealed class InferenceBenchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-bench-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Inference_TwoSides_ReportsBothBesideTheMachine()
    {
        string file = Path.Combine(_folder, "tiny.gguf");
        await CommandRun.RunAsync("model", "synth", "--shape", "tiny", "--layers", "2", "--context", "64", "--out", file, "--json");

        CommandRun run = await CommandRun.RunAsync(
            "bench", "inference", "--model", file, "--prompt", "20", "--generate", "6", "--sessions", "1", "--against", "sessions=3", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        JsonElement machine = run.Json.GetProperty("machine");
        Assert.True(machine.GetProperty("readGBps").GetDouble() > 0);
        Assert.Equal(Environment.ProcessorCount, machine.GetProperty("threads").GetInt32());
        foreach (JsonElement side in (JsonElement[])[run.Json, run.Json.GetProperty("against")])
        {
            Assert.True(side.GetProperty("prefill").GetProperty("tokensPerSecond").GetDouble() > 0);
            Assert.True(side.GetProperty("decode").GetProperty("shareOfBandwidth").GetDouble() > 0);
        }
        // A session commits the same alone and beside two others.
        string[] alone = Roots(run.Json), beside = Roots(run.Json.GetProperty("against"));
        Assert.Equal((1, 3), (alone.Length, beside.Length));
        Assert.Equal(alone[0], beside[0]);
        Assert.Equal(3, beside.Distinct().Count());
    }

    [Theory]
    [InlineData("--rounds", "4")]
    [InlineData("--sessions", "0")]
    [InlineData("--trace", "maybe")]
    [InlineData("--against", "speed=high")]
    public async Task Inference_Unfit_IsRefused(string option, string value) =>
        (await CommandRun.RunAsync("bench", "inference", "--model", "none.gguf", option, value, "--json")).ShouldFail(ExitCode.Usage, "bad_setting");

    private static string[] Roots(JsonElement side) => [.. side.GetProperty("traceRoots").EnumerateArray().Select(root => root.GetString()!)];
}

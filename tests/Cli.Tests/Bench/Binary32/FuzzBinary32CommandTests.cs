using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Bench.Binary32;

public sealed class FuzzBinary32CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FuzzBinary32_RunAgainWithMoreCases_GoesOnFromTheState()
    {
        string state = Path.Combine(_folder, "state.json");
        CommandRun first = await CommandRun.RunAsync("bench", "fuzz-binary32", "--operation", "div,sqrt", "--cases", "3000", "--state", state, "--json");
        double seconds = Seconds(first);
        CommandRun again = await CommandRun.RunAsync("bench", "fuzz-binary32", "--operation", "div", "--cases", "3000", "--state", state, "--json");
        CommandRun further = await CommandRun.RunAsync("bench", "fuzz-binary32", "--operation", "div", "--cases", "6000", "--state", state, "--json");

        Assert.All(new[] { first, again, further }, run => Assert.Equal(ExitCode.Success, run.ExitCode));
        Assert.Equal(2, first.Json.GetProperty("operations").GetArrayLength());
        Assert.Equal(seconds, Seconds(again));
        Assert.Equal(6_000, further.Json.GetProperty("operations")[0].GetProperty("equal").GetInt64());
    }

    [Fact]
    public async Task FuzzBinary32_WrongOperation_ExitsWithTheCase()
    {
        CommandRun run = await CommandRun.RunAsync("bench", "fuzz-binary32", "--operation", "planted", "--json");

        Assert.Equal(ExitCode.VerificationFailed, run.ExitCode);
        Assert.Equal(1, run.Json.GetProperty("differences").GetInt32());
        Assert.Contains("in C# and", run.Json.GetProperty("operations")[0].GetProperty("difference").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FuzzBinary32_UnknownOperation_IsRefused() =>
        (await CommandRun.RunAsync("bench", "fuzz-binary32", "--operation", "mod", "--json")).ShouldFail(ExitCode.Usage, "bad_setting");

    private static double Seconds(CommandRun run) => run.Json.GetProperty("operations")[0].GetProperty("seconds").GetDouble();
}

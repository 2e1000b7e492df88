using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

/// <summary>Where a shard's quotes come from is settled before anything else is read or opened.</summary>
public sealed class ShardCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-shard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ExitCode.Configuration, "no_quote_source")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--insecure-dev")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--simulated-tee", "x")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--tee", "simulator")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--tee", "simulator", "--simulated-tee", "x")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--tee", "simulator", "--insecure-dev")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--tee", "dstack", "--tee-path", "/absent.sock")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--tee", "tappd", "--tee-path", "/absent.sock")]
    [InlineData(ExitCode.Configuration, "no_quote_source", "--tee", "configfs", "--tee-path", "/absent")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tee", "sev")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tee", "Dstack")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tee", "dstack", "--simulated-tee", "x", "--insecure-dev")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tee", "simulator", "--tee-path", "x", "--simulated-tee", "x", "--insecure-dev")]
    [InlineData(ExitCode.Usage, "bad_setting", "--simulated-tee", "x", "--tee-path", "x", "--insecure-dev")]
    public async Task Shard_WrongQuoteSource_IsRefused(ExitCode code, string error, params string[] options) =>
        (await RunAsync(options)).ShouldFail(code, error);

    [Theory]
    [InlineData("dstack")]
    [InlineData("tappd")]
    [InlineData("configfs")]
    public async Task Shard_Hardware_NeedsNoPermission(string tee)
    {
        string path = Path.Combine(_folder, "there");
        if (tee == "configfs")
            Directory.CreateDirectory(path);
        else
            await File.WriteAllTextAsync(path, "");

        // The next thing that is missing.
        (await RunAsync("--tee", tee, "--tee-path", path)).ShouldFail(ExitCode.Configuration, "bad_deployment");
    }

    [Theory]
    [InlineData("--simulated-tee", "pki", "--insecure-dev")]
    [InlineData("--tee", "simulator", "--simulated-tee", "pki", "--insecure-dev")]
    public async Task Shard_Simulator_IsAskedForTwice(params string[] options) =>
        (await RunAsync(options)).ShouldFail(ExitCode.Configuration, "bad_deployment");

    [Fact]
    public async Task Shard_Help_NamesTheSources()
    {
        CommandRun run = await CommandRun.RunAsync("shard", "--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        foreach (string text in (string[])["--tee ", "--tee-path", "--simulated-tee", "dstack, tappd or configfs", "/var/run/dstack.sock", "--insecure-dev"])
            Assert.Contains(text, System.Text.RegularExpressions.Regex.Replace(run.Output, @"\s+", " "), StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(params string[] options) => CommandRun.RunAsync(
        ["shard", "--model", "m", "--first-layer", "0", "--layers", "1", "--operator-key", "k", "--deployment", Path.Combine(_folder, "absent.json"), "--state", _folder, "--json", .. options]);
}

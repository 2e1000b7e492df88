using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class ModelSynthCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-synth-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Synth_TinyShape_RunsAndSaysWhatItIs()
    {
        string file = Path.Combine(_folder, "tiny.gguf");

        CommandRun run = await CommandRun.RunAsync("model", "synth", "--shape", "tiny", "--layers", "1", "--context", "40", "--out", file, "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(new FileInfo(file).Length, run.Json.GetProperty("fileBytes").GetInt64());
        Assert.Equal(1, run.Json.GetProperty("layerCount").GetInt32());
        Assert.Contains("100 %", run.Progress, StringComparison.Ordinal);
        JsonElement answer = (await CommandRun.RunAsync("run", "--model", file, "--prompt", "the", "--max-tokens", "3", "--json")).Json;
        Assert.Equal(3, answer.GetProperty("tokens").GetArrayLength());
    }

    [Fact]
    public async Task Synth_FileExists_NeedsForce()
    {
        string file = Path.Combine(_folder, "there.gguf");
        File.WriteAllText(file, "precious");

        (await CommandRun.RunAsync("model", "synth", "--shape", "tiny", "--out", file, "--json")).ShouldFail(ExitCode.Usage, "file_exists");
        Assert.Equal("precious", File.ReadAllText(file));
        CommandRun forced = await CommandRun.RunAsync("model", "synth", "--shape", "tiny", "--out", file, "--force", "--json");
        Assert.Equal(ExitCode.Success, forced.ExitCode);
    }

    [Fact]
    public async Task Synth_MoreThanTheDiskHolds_SaysSoAndLeavesNothing()
    {
        string file = Path.Combine(_folder, "huge.gguf");

        CommandRun run = await CommandRun.RunAsync("model", "synth", "--shape", "mistral-7b", "--layers", "4096", "--type", "f32", "--out", file, "--json");

        run.ShouldFail(ExitCode.Configuration, "file_unwritable");
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("--shape", "llama-9")]
    [InlineData("--type", "q3_7")]
    [InlineData("--layers", "0")]
    [InlineData("--context", "100000000")]
    public async Task Synth_UnknownOrImpossible_IsRefused(string option, string value)
    {
        string[] shape = option == "--shape" ? [] : ["--shape", "tiny"];
        CommandRun run = await CommandRun.RunAsync(["model", "synth", .. shape, option, value, "--out", Path.Combine(_folder, "x.gguf"), "--json"]);

        run.ShouldFail(ExitCode.Usage, "bad_setting");
        Assert.Empty(Directory.GetFiles(_folder));
    }
}

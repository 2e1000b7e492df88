using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class ModelInspectCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-inspect-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("q4_0", "Q4_0", true)]
    [InlineData("q4_k", "Q4_K", false)]
    public async Task Inspect_File_SaysWhatIsConvertedAndWhatThatLoses(string type, string name, bool exact)
    {
        string file = Path.Combine(_folder, "model.gguf");
        await CommandRun.RunAsync("model", "synth", "--shape", "tiny-256", "--type", type, "--layers", "1", "--context", "8", "--out", file);

        CommandRun run = await CommandRun.RunAsync("model", "inspect", "--model", file, "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        JsonElement[] conversions = [.. run.Json.GetProperty("conversions").EnumerateArray()];
        JsonElement matrices = Assert.Single(conversions, conversion => conversion.GetProperty("type").GetString() == name);
        Assert.Equal("Q8_0", matrices.GetProperty("canonical").GetString());
        Assert.Equal(exact, matrices.GetProperty("exact").GetBoolean());
        double error = matrices.GetProperty("relativeError").GetDouble();
        Assert.InRange(error, exact ? 0 : 0.001, exact ? 0 : 0.01);
        JsonElement shown = (await CommandRun.RunAsync("model", "show", "--model", file, "--json")).Json;
        Assert.Equal(shown.GetProperty("modelId").GetString(), run.Json.GetProperty("modelId").GetString());
    }

    [Fact]
    public async Task Inspect_NoModel_FailsClearly()
    {
        string file = Path.Combine(_folder, "text.gguf");
        File.WriteAllText(file, "This is no model.");

        (await CommandRun.RunAsync("model", "inspect", "--model", file, "--json")).ShouldFail(ExitCode.Model, "bad_model");
    }
}

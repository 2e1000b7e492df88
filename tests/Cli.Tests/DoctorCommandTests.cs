using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public class DoctorCommandTests
{
    [Fact]
    public async Task Doctor_ThisMachine_NamesEveryKernelAndPasses()
    {
        CommandRun run = await CommandRun.RunAsync("doctor", "--threads", "2", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        JsonElement engine = run.Json.GetProperty("engine");
        JsonElement[] kernels = [.. engine.GetProperty("matrixKernels").EnumerateArray()];
        Assert.All(kernels, kernel => Assert.Equal(kernel.GetProperty("runs").GetBoolean(), !kernel.TryGetProperty("missing", out _)));
        Assert.True(kernels[^1].GetProperty("runs").GetBoolean());
        Assert.StartsWith(kernels.First(kernel => kernel.GetProperty("runs").GetBoolean()).GetProperty("name").GetString()!, engine.GetProperty("chosen").GetString(), StringComparison.Ordinal);
        Assert.Contains("attention", run.Json.GetProperty("selfCheck").GetProperty("operators").EnumerateArray().Select(name => name.GetString()));
        Assert.False(run.Json.TryGetProperty("limits", out _));
    }

    [Theory]
    [InlineData("scalar", "scalar+scalar")]
    [InlineData("SCALAR", null)]
    public async Task Doctor_Kernels_AreThoseAskedFor(string preference, string? expected)
    {
        CommandRun run = await CommandRun.RunAsync("doctor", "--kernels", preference, "--json");

        if (expected is null)
            run.ShouldFail(ExitCode.Usage, "bad_setting");
        else
            Assert.Equal(expected, run.Json.GetProperty("engine").GetProperty("chosen").GetString());
    }

    [Fact]
    public async Task Doctor_WithoutJson_SaysTheSameInLines()
    {
        CommandRun run = await CommandRun.RunAsync("doctor", "--threads", "1");

        Assert.Contains("\n  matrix  scalar\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("golden bits on 1 threads", run.Output, StringComparison.Ordinal);
    }
}

using System.Diagnostics;
using System.Text.Json;
using TeeTee.Cli.Tests.Support;

namespace TeeTee.Cli.Tests;

/// <summary>The same model in processes whose instruction sets are switched off one after the other: same tokens, same layer roots.</summary>
public class InstructionSetTests
{
    private static readonly string[] s_run =
        ["run", "--model", CommandRun.DemoModel, "--tokens", "5,9,13,40,41,42,43,44,45", "--max-tokens", "3", "--temperature", "0.8", "--seed", "7", "--json"];

    // DOTNET_EnableAVX2=0 also takes FMA away, EnableHWIntrinsic=0 everything but the scalar instructions.
    private static readonly (string Variable, string Value)[] s_machines =
    [
        ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX2", "0"), ("DOTNET_EnableHWIntrinsic", "0"),
        ("TEETEE_KERNELS", "managed"), ("TEETEE_KERNELS", "scalar"),
    ];

    [Fact]
    public async Task Run_InstructionSetsSwitchedOff_GivesTheSameTokensAndLayerRoots()
    {
        JsonElement reference = (await CommandRun.RunAsync(s_run)).Json;
        foreach ((string variable, string value) in s_machines)
        {
            JsonElement other = await ChildAsync(variable, value, s_run);
            foreach (string name in (string[])["tokens", "text", "modelId", "layerRoots", "traceRoots"])
                Assert.Equal(reference.GetProperty(name).GetRawText(), other.GetProperty(name).GetRawText());
        }
    }

    [Fact]
    public async Task Doctor_InstructionSetsSwitchedOff_PassesWithFewerKernels()
    {
        Dictionary<string, string> chosen = new() { [""] = (await CommandRun.RunAsync("doctor", "--json")).Json.GetProperty("engine").GetProperty("chosen").GetString()! };
        foreach ((string variable, string value) in s_machines)
        {
            JsonElement report = await ChildAsync(variable, value, "doctor", "--json");
            Assert.True(report.GetProperty("selfCheck").GetProperty("passed").GetBoolean());
            chosen[$"{variable}={value}"] = report.GetProperty("engine").GetProperty("chosen").GetString()!;
        }
        Assert.Equal("scalar+scalar", chosen["DOTNET_EnableHWIntrinsic=0"]);
        Assert.Equal("scalar+scalar", chosen["TEETEE_KERNELS=scalar"]);
        foreach (string managed in (string[])["DOTNET_EnableAVX512=0", "DOTNET_EnableAVX2=0", "TEETEE_KERNELS=managed"])
            Assert.DoesNotContain("emitted", chosen[managed], StringComparison.Ordinal);
        // Otherwise the variables above would not be the right ones.
        Assert.DoesNotContain("512", chosen["DOTNET_EnableAVX512=0"], StringComparison.Ordinal);
        Assert.DoesNotContain("256", chosen["DOTNET_EnableAVX2=0"], StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ChildAsync(string variable, string value, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Program).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[variable] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(50));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{variable}={value} {arguments[0]}: {output}{await errors}");
        return JsonDocument.Parse(output).RootElement;
    }
}

using System.Text.Json;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Support;

/// <summary>One command line run in this process, with what it printed.</summary>
internal sealed record CommandRun(ExitCode ExitCode, string Output, string Progress)
{
    public static string DemoModel => Repository.PathOf("models", "demo", "teetee-demo.gguf");

    /// <summary>The one JSON object that <c>--json</c> promises.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Task<CommandRun> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    public static async Task<CommandRun> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter progress = new();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(50));
        ExitCode code = await CommandInvocation.RunAsync(arguments, name => environment.GetValueOrDefault(name), output, progress, limit.Token);
        return new CommandRun(code, output.ToString(), progress.ToString());
    }

    /// <summary>Asserts the exit code, the error object and the line on standard error.</summary>
    public void ShouldFail(ExitCode code, string error)
    {
        Assert.Equal(code, ExitCode);
        Assert.Equal(error, Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains($"[{error}]", Progress, StringComparison.Ordinal);
    }
}

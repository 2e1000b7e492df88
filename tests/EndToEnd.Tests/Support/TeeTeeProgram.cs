using System.Diagnostics;
using System.Text.Json;

namespace TeeTee.EndToEnd.Tests;

/// <summary>The built command line program, run as its users run it.</summary>
internal static class TeeTeeProgram
{
    /// <summary>What a command left.</summary>
    public sealed record Ended(int ExitCode, string Output, string Errors)
    {
        /// <summary>Standard output, which must be exactly one JSON object.</summary>
        public JsonElement Json()
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
            return document.RootElement.Clone();
        }

        /// <summary>The code of the error object.</summary>
        public string? ErrorCode() => Json().GetProperty("error").GetProperty("code").GetString();
    }

    /// <summary>Starts a command; its standard input is a pipe of this process.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Cli.Program).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Ended> RunAsync(params string[] arguments)
    {
        using Process process = Start(new Dictionary<string, string>(), arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limits.Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', arguments)} did not end: {await errors}");
        }
        return new Ended(process.ExitCode, await output, await errors);
    }
}

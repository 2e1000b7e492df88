using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeeTee.Testing;

/// <summary>The independent implementations that results are compared with.</summary>
internal static class ExternalPrograms
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a script of the tests with node: JSON in, JSON out.</summary>
    public static async Task<JsonElement> NodeAsync(JsonNode input, params string[] scriptPath) =>
        JsonSerializer.Deserialize<JsonElement>(await RunAsync("node", [Repository.PathOf(scriptPath)], input.ToJsonString()));

    /// <summary>Runs cast and returns what it prints, without the line end.</summary>
    public static async Task<string> CastAsync(params string[] arguments) =>
        (await RunAsync(Repository.NodeTool("@foundry-rs/cast-linux-amd64", "cast"), arguments, "")).TrimEnd();

    private static async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using CancellationTokenSource limit = new(s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {await errors}");
    }
}

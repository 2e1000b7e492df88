using System.Diagnostics;
using System.Text.Json;
using TeeTee.Gateway.Tests.Support;

namespace TeeTee.Gateway.Tests.OpenAi;

/// <summary>The official openai client for node, unchanged, against the gateway.</summary>
public sealed class OfficialClientTests
{
    [Fact]
    public async Task Client_EveryCall_UnderstandsTheGateway()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("A ledger – öffentlich 😀.") };
        await using GatewayServer server = await GatewayServer.StartAsync(sequencer);

        JsonElement seen = JsonDocument.Parse(await RunAsync(server)).RootElement;

        Assert.Equal("teetee-demo", Assert.Single(seen.GetProperty("models").EnumerateArray()).GetString());
        Assert.Equal("A ledger – öffentlich 😀.", seen.GetProperty("whole").GetString());
        Assert.Equal("A ledger – öffentlich 😀.", seen.GetProperty("streamed").GetString());
        Assert.Equal("stop", seen.GetProperty("finish").GetString());
        Assert.Equal("string", seen.GetProperty("requestId").GetString());
        Assert.Equal(seen.GetProperty("wholeUsage").GetRawText(), seen.GetProperty("usage").GetRawText());
        Assert.Equal("length", seen.GetProperty("completionFinish").GetString());
        Assert.Equal(
            ["NotFoundError 404 model_not_found model", "BadRequestError 400 unsupported_field n", "AuthenticationError 401 unauthorized "],
            seen.GetProperty("failures").EnumerateArray().Select(f => $"{f.GetProperty("kind")} {f.GetProperty("status")} {f.GetProperty("code")} {f.GetProperty("param")}"));
    }

    private static async Task<string> RunAsync(GatewayServer server)
    {
        ProcessStartInfo start = new("node", [Repository.PathOf("tests", "Gateway.Tests", "Node", "openai.mjs"), new Uri(server.Address, "v1").ToString(), server.ApiKey])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(45));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}

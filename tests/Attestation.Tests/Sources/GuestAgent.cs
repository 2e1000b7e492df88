using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Sources;

/// <summary>A real HTTP server on a unix socket that answers as dstack's agents do.</summary>
internal sealed class GuestAgent : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly TemporaryFolder _folder;

    private GuestAgent(WebApplication application, TemporaryFolder folder) => (_application, _folder) = (application, folder);

    public string Socket => _folder.File("agent.sock");

    /// <summary>Path and body of each request.</summary>
    public List<(string Path, JsonElement Body)> Requests { get; } = [];

    /// <summary>Paths that are served; others answer 404.</summary>
    public HashSet<string> Calls { get; } = ["/GetQuote", "/prpc/Tappd.RawQuote", "/prpc/Tappd.TdxQuote"];

    /// <summary>Report data to the quote; the real thing unless a test plants another.</summary>
    public Func<byte[], byte[]> Quote { get; set; } = data => QuoteFixture.Source.Make(data, SimulatedQuoteShape.Ordinary);

    /// <summary>Answers in place of everything else.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>What the answer says its report data is; null for what was asked for.</summary>
    public string? Echo { get; set; }

    public static async Task<GuestAgent> StartAsync()
    {
        TemporaryFolder folder = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(folder.File("agent.sock")));
        WebApplication application = builder.Build();
        GuestAgent agent = new(application, folder);
        application.Run(agent.AnswerAsync);
        await application.StartAsync();
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        JsonElement body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        Requests.Add((context.Request.Path, body));
        if (Instead is { } instead)
        {
            await instead(context);
            return;
        }
        if (!Calls.Contains(context.Request.Path))
        {
            context.Response.StatusCode = 404;
            return;
        }
        byte[] data = Convert.FromHexString(body.GetProperty("report_data").GetString()!);
        bool hashes = context.Request.Path == "/prpc/Tappd.TdxQuote" && !(body.TryGetProperty("hash_algorithm", out JsonElement algorithm) && algorithm.GetString() == "raw");
        if (hashes)
            data = System.Security.Cryptography.SHA512.HashData([.. "app-data:"u8, .. data]);
        string quote = Convert.ToHexStringLower(Quote(data));
        object answer = context.Request.Path == "/GetQuote"
            ? new { quote, event_log = "[]", report_data = Echo ?? Convert.ToHexStringLower(data), vm_config = "{\"cpu_count\":2}", attestation = "" }
            : new { quote, event_log = "[]", hash_algorithm = "raw", prefix = "" };
        await context.Response.WriteAsJsonAsync(answer);
    }
}

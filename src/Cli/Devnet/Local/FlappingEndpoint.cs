using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Hosting;

namespace TeeTee.Cli.Devnet.Local;

/// <summary>What a chain endpoint does wrong.</summary>
[Flags]
internal enum EndpointFaults
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Some answers are HTTP 500.</summary>
    Errors = 1,

    /// <summary>Its head jumps back by two blocks now and then, as of another node behind the balancer.</summary>
    Lags = 2,

    /// <summary>Some answers end in the middle.</summary>
    CutShort = 4,

    /// <summary>Now and then it knows of no logs.</summary>
    OmitsLogs = 8,

    /// <summary>Now and then a call answers from the state of some blocks before the one that it was asked about: what was posted or answered since is not there.</summary>
    OldState = 16,

    /// <summary>Now and then blocks have another hash, as on a fork.</summary>
    OtherFork = 32,

    /// <summary>Everything.</summary>
    All = Errors | Lags | CutShort | OmitsLogs | OldState | OtherFork,
}

/// <summary>A chain endpoint that a challenger must not be led astray by: in front of an honest node, it errs, lags, forks and omits.</summary>
internal sealed class FlappingEndpoint : IAsyncDisposable
{
    private const ulong OldBlocks = 4;

    private readonly HttpClient _http = new();
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly Uri _target;
    private readonly WebApplication _application;
    private int _lies;

    private FlappingEndpoint(Uri target, int seed, double rate, EndpointFaults faults)
    {
        (_target, _random, Rate, Faults) = (target, new Random(seed), rate, faults);
        WebApplicationBuilder builder = ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Loopback, 0), exitWithParent: false);
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What it may do wrong from now on.</summary>
    public EndpointFaults Faults { get; set; }

    /// <summary>Share of requests that go wrong.</summary>
    public double Rate { get; set; }

    /// <summary>How often it did.</summary>
    public int Lies => Volatile.Read(ref _lies);

    /// <summary>Starts one.</summary>
    /// <param name="target">The honest node.</param>
    /// <param name="seed">Draws the faults.</param>
    /// <param name="rate">Share of requests that go wrong.</param>
    /// <param name="faults">How they may.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<FlappingEndpoint> StartAsync(Uri target, int seed, double rate, EndpointFaults faults, CancellationToken cancellationToken)
    {
        FlappingEndpoint endpoint = new(target, seed, rate, faults);
        endpoint.Address = await ServiceHost.StartAsync(endpoint._application, cancellationToken).ConfigureAwait(false);
        return endpoint;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        string request = await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false);
        EndpointFaults fault = Draw();
        if (fault == EndpointFaults.Errors)
        {
            context.Response.StatusCode = 500;
            return;
        }
        if (fault is EndpointFaults.Lags or EndpointFaults.OldState)
            request = await AgeAsync(request, fault).ConfigureAwait(false);
        byte[] answer = await ForwardAsync(request).ConfigureAwait(false);
        if (fault is EndpointFaults.OmitsLogs or EndpointFaults.OtherFork)
            answer = Falsify(answer, request, fault);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        if (fault == EndpointFaults.CutShort)
        {
            await context.Response.Body.WriteAsync(answer.AsMemory(0, answer.Length / 2)).ConfigureAwait(false);
            await context.Response.Body.FlushAsync().ConfigureAwait(false);
            context.Abort();
            return;
        }
        await context.Response.Body.WriteAsync(answer).ConfigureAwait(false);
    }

    private EndpointFaults Draw()
    {
        lock (_gate)
        {
            EndpointFaults[] possible = [.. Enum.GetValues<EndpointFaults>().Where(f => f is not (EndpointFaults.None or EndpointFaults.All) && Faults.HasFlag(f))];
            if (possible.Length == 0 || _random.NextDouble() >= Rate)
                return EndpointFaults.None;
            Interlocked.Increment(ref _lies);
            return possible[_random.Next(possible.Length)];
        }
    }

    // Every block that the request names, by tag, number or hash, becomes one of some blocks before the head.
    private async Task<string> AgeAsync(string request, EndpointFaults fault)
    {
        ulong head = await HeadAsync().ConfigureAwait(false);
        string old = $"\"0x{head - Math.Min(head, fault == EndpointFaults.Lags ? 2 : OldBlocks):x}\"";
        string aged = request.Replace("\"latest\"", old, StringComparison.Ordinal);
        if (fault != EndpointFaults.OldState || JsonNode.Parse(aged) is not JsonObject call || call["method"]?.GetValue<string>() != "eth_call")
            return aged;
        if (call["params"] is JsonArray { Count: > 1 } parameters)
            parameters[1] = old.Trim('"');
        return call.ToJsonString();
    }

    private static byte[] Falsify(byte[] answer, string request, EndpointFaults fault)
    {
        if (JsonNode.Parse(answer) is not JsonObject reply)
            return answer;
        if (fault == EndpointFaults.OmitsLogs && request.Contains("eth_getLogs", StringComparison.Ordinal) && reply["result"] is JsonArray)
            reply["result"] = new JsonArray();
        else if (fault == EndpointFaults.OtherFork && reply["result"] is JsonObject block && block["hash"] is not null && block["parentHash"] is not null)
            block["hash"] = block["parentHash"]!.DeepClone();
        return Encoding.UTF8.GetBytes(reply.ToJsonString());
    }

    private async Task<ulong> HeadAsync()
    {
        byte[] bytes = await ForwardAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}""").ConfigureAwait(false);
        using JsonDocument answer = JsonDocument.Parse(bytes);
        return Convert.ToUInt64(answer.RootElement.GetProperty("result").GetString(), 16);
    }

    private async Task<byte[]> ForwardAsync(string request)
    {
        using StringContent content = new(request, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.PostAsync(_target, content).ConfigureAwait(false);
        return await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>A chain endpoint like one behind a bad load balancer: errors, answers cut short, and nodes that lag.</summary>
internal sealed class FlappingChain : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly Uri _target;
    private readonly double _rate;
    private WebApplication _application = null!;
    private int _faults;

    private FlappingChain(Uri target, int seed, double rate) => (_target, _random, _rate) = (target, new Random(seed), rate);

    public Uri Address { get; private set; } = null!;

    /// <summary>Faults so far.</summary>
    public int Faults => Volatile.Read(ref _faults);

    /// <summary>Blocks by which its head always lags.</summary>
    public ulong Lag { get; set; }

    public static async Task<FlappingChain> StartAsync(Uri target, int seed, double rate)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        FlappingChain chain = new(target, seed, rate) { _application = builder.Build() };
        chain._application.Run(chain.AnswerAsync);
        await chain._application.StartAsync();
        chain.Address = new Uri(chain._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return chain;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        string request = await reader.ReadToEndAsync();
        int fault = NextFault();
        if (fault == 1)
        {
            context.Response.StatusCode = 500;
            return;
        }

        ulong lag = Lag + (fault == 2 ? 2ul : 0);
        if (lag > 0 && request.Contains("\"latest\"", StringComparison.Ordinal))
            request = request.Replace("\"latest\"", $"\"0x{await HeadAsync() - lag:x}\"", StringComparison.Ordinal);
        byte[] answer = await ForwardAsync(request);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        if (fault == 3)
        {
            await context.Response.Body.WriteAsync(answer.AsMemory(0, answer.Length / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(answer);
    }

    private int NextFault()
    {
        lock (_lock)
        {
            int fault = _random.NextDouble() < _rate ? _random.Next(1, 4) : 0;
            _faults += fault == 0 ? 0 : 1;
            return fault;
        }
    }

    private async Task<ulong> HeadAsync()
    {
        using var answer = JsonDocument.Parse(await ForwardAsync("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_blockNumber\",\"params\":[]}"));
        return Convert.ToUInt64(answer.RootElement.GetProperty("result").GetString(), 16);
    }

    private async Task<byte[]> ForwardAsync(string request)
    {
        using StringContent content = new(request, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.PostAsync(_target, content);
        return await response.Content.ReadAsByteArrayAsync();
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using TeeTee.Ethereum;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.OpenAi;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.Support;

/// <summary>The gateway on a real Kestrel over a <see cref="ScriptedSequencer"/>, and a client with a valid API key.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ApiKeyRing _keys;

    private GatewayServer(WebApplication application, ApiKeyRing keys, Uri address, string apiKey)
    {
        (_application, _keys, Address, ApiKey) = (application, keys, address, apiKey);
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public Uri Address { get; }

    public string ApiKey { get; }

    public HttpClient Http { get; }

    public static async Task<GatewayServer> StartAsync(
        ScriptedSequencer sequencer, OpenAiGatewayOptions? options = null, UInt128? cap = null, ConfidentialMode? confidential = null)
    {
        string apiKey = Gateway.Sessions.ApiKey.Generate();
        JobSigner signer = new(sequencer, sequencer.User.Address, sequencer.User, PaymentKind.Credits, TimeProvider.System, cap);
        ApiKeyRing keys = new([new GatewaySession("test", Gateway.Sessions.ApiKey.Hash(apiKey), signer)]);
        OpenAiGateway gateway = new(sequencer, [DemoModel.ForGateway], keys, Secp256k1Recovery.Instance, TimeProvider.System, options ?? new OpenAiGatewayOptions(), confidential);
        WebApplication application = ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Loopback, 0), exitWithParent: false).Build();
        application.MapOpenAiGateway(gateway).MapOpenAiFallback(gateway);
        return new GatewayServer(application, keys, await ServiceHost.StartAsync(application, CancellationToken.None), apiKey);
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body) =>
        PostTextAsync(path, JsonSerializer.Serialize(body));

    public Task<HttpResponseMessage> PostTextAsync(string path, string body, string type = "application/json") =>
        Http.PostAsync(path, new StringContent(body, Encoding.UTF8, type));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _keys.Dispose();
    }
}

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TeeTee.Grpc;
using TeeTee.Hosting;
using TeeTee.Hosting.Storage;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;
using TeeTee.ShardProtocol;

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>The real host with its loops and endpoints on a free port, and shards that it reaches over gRPC.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly WebApplication _node;
    private readonly WebApplication[] _shards;

    private RunningNode(WebApplication node, WebApplication[] shards, Uri address)
    {
        (_node, _shards) = (node, shards);
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _node.Services;

    public static async Task<RunningNode> StartAsync(
        string path, ChainWorld world, ShardStub[] stubs, Func<BatchingOptions, BatchingOptions> change, CancellationToken cancellationToken)
    {
        List<WebApplication> shards = [];
        List<Uri> endpoints = [];
        foreach (ShardStub stub in stubs)
        {
            WebApplicationBuilder shard = Builder(HttpProtocols.Http2);
            WebApplication application = shard.Build();
            application.MapGrpc().MapUnary(ShardMethods.GetEpochs, (request, context) => stub.GetEpochsAsync(request, context.CancellationToken));
            endpoints.Add(await ServiceHost.StartAsync(application, cancellationToken));
            shards.Add(application);
        }

        WebApplicationBuilder builder = Builder(HttpProtocols.Http1);
        builder.Services.AddSingleton(SqliteDatabase.Open(path, Schema.Migrations));
        builder.Services.AddBatching(change(world.Options()));
        foreach (Uri endpoint in endpoints)
            builder.Services.AddSingleton<IEpochSource>(Source(world, endpoint));
        WebApplication node = builder.Build();
        node.MapServiceEndpoints();
        node.MapBatching();
        return new RunningNode(node, [.. shards], await ServiceHost.StartAsync(node, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _node.StopAsync();
        await _node.DisposeAsync();
        foreach (WebApplication shard in _shards)
            await shard.DisposeAsync();
    }

    private static ShardEpochSource Source(ChainWorld world, Uri endpoint)
    {
        BatchingOptions batching = world.Options();
        SequencerOptions options = new()
        {
            Key = batching.Key,
            ChainEndpoint = batching.ChainEndpoint,
            Deployment = batching.Deployment,
            DatabasePath = "",
            Models = [],
            Shards = [new ShardEndpoint(endpoint)],
            PlainLinks = true,
        };
        return new ShardEpochSource(new ShardConnection(
            options.Shards[0], options.Limits, new ShardLinks(options, batching.Deployment.Domain(), NullLogger<ShardLinks>.Instance)));
    }

    private static WebApplicationBuilder Builder(HttpProtocols protocols)
    {
        WebApplicationBuilder builder = ServiceHost.CreateBuilder(new IPEndPoint(IPAddress.Loopback, 0), false, listen => listen.Protocols = protocols);
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        return builder;
    }
}

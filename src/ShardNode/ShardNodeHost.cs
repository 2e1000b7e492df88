using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Grpc;
using TeeTee.Grpc.Health;
using TeeTee.Hosting;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.ShardNode.Security;
using TeeTee.ShardNode.Service;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.ShardNode;

/// <summary>One shard: a layer range of one model behind gRPC, with its keys, links, receipts and epochs.</summary>
public sealed class ShardNodeHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ShardServices _services;
    private readonly CancellationTokenSource _background = new();
    private readonly HealthService _health;
    private readonly TimeSpan _drainTimeout;
    private Task _running = Task.CompletedTask;
    private int _stopped;

    private ShardNodeHost(WebApplication application, ShardServices services, HealthService health, TimeSpan drainTimeout) =>
        (_application, _services, _health, _drainTimeout) = (application, services, health, drainTimeout);

    /// <summary>Where gRPC listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where /livez, /readyz and /metrics are served, or null.</summary>
    public Uri? HttpAddress { get; private set; }

    /// <summary>The enclave key that signs receipts.</summary>
    public Address SigningKey => _services.Self.SigningKey;

    /// <summary>The X25519 key to which prompts are sealed.</summary>
    public Bytes32 EncryptionKey => _services.Self.EncryptionKey;

    /// <summary>The slot served.</summary>
    public uint SlotId => _services.Self.Slot.SlotId;

    /// <summary>The model served.</summary>
    public Bytes32 ModelId => _services.Self.Slot.ModelId;

    internal ShardServices Services => _services;

    /// <summary>Serves until the token fires or the process is told to stop, then drains.</summary>
    /// <exception cref="FailureException">The shard cannot serve: configuration, model, keys, chain, port or self-check.</exception>
    public static async Task RunAsync(ShardNodeOptions options, CancellationToken cancellationToken)
    {
        await using ShardNodeHost host = await StartAsync(options, cancellationToken);
        await host.WaitForStopAsync(cancellationToken);
        await host.StopAsync();
        if (host._running.IsFaulted)
            await host._running;
    }

    /// <summary>Starts serving; the caller stops it.</summary>
    /// <exception cref="FailureException">As <see cref="RunAsync"/>.</exception>
    public static async Task<ShardNodeHost> StartAsync(ShardNodeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        LinkListener listener = new(options.PlainLinks, options.Clock);
        WebApplication application = Build(options, listener);
        ShardServices? services = null;
        try
        {
            services = await ShardServices.CreateAsync(
                options, application.Services.GetRequiredService<Readiness>(), application.Services.GetRequiredService<ILoggerFactory>(), cancellationToken);
            listener.Open(services.Security, services.Metrics);
            HealthService health = new();
            health.SetStatus(ShardMethods.Service, HealthCheckResponse.Types.ServingStatus.Serving);
            Map(application, services, health, options.Limits);
            ShardNodeHost host = new(application, services, health, options.DrainTimeout);
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await application.DisposeAsync();
            if (services is not null)
                await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no new job, lets running ones end within the drain time, and ends.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        _health.SetStatus(ShardMethods.Service, HealthCheckResponse.Types.ServingStatus.NotServing);
        await _services.Jobs.DrainAsync(_drainTimeout);
        await _background.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _services.Hub.DisposeAsync();
        await _application.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _application.DisposeAsync();
        await _services.DisposeAsync();
        _background.Dispose();
    }

    private static WebApplication Build(ShardNodeOptions options, LinkListener listener)
    {
        WebApplicationBuilder builder = ServiceHost.CreateBuilder(
            options.Listen, options.ExitWithParent, listener.Configure);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureGrpc();
            kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections;
            if (options.HttpListen is { } http)
                kestrel.Listen(http, listen => listen.Protocols = HttpProtocols.Http1);
        });
        options.ConfigureLogging?.Invoke(builder.Logging);
        return builder.Build();
    }

    private static void Map(WebApplication application, ShardServices services, HealthService health, ShardLimits limits)
    {
        application.MapServiceEndpoints();
        GrpcServiceMap map = application.MapGrpc(new GrpcServerOptions
        {
            MaxReceiveMessageBytes = limits.MaxMessageBytes,
            MaxSendMessageBytes = limits.MaxMessageBytes,
            MaxConcurrentCalls = limits.MaxConcurrentCalls,
        });
        new ShardService(services.Self, services.Gate, services.Jobs, services.Hub, services.Store, services.Desk).Map(map);
        map.MapHealth(health);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        Address = await ServiceHost.StartAsync(_application, cancellationToken);
        Uri[] addresses = [.. _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a))];
        HttpAddress = addresses.Length > 1 ? addresses[1] : null;
        _services.LogServing(Address);
        Task renewing = _services.Security?.Identity.RunAsync(_background.Token) ?? Task.CompletedTask;
        _running = Task.WhenAll(
            GuardAsync(_services.Sealer.RunAsync(_background.Token)), GuardAsync(_services.Watch.RunAsync(_background.Token)), GuardAsync(renewing),
            GuardAsync(_services.Collateral.RunAsync(_background.Token)), GuardAsync(_services.Renewal?.RunAsync(_background.Token) ?? Task.CompletedTask),
            GuardAsync(_services.Defender?.RunAsync(_background.Token) ?? Task.CompletedTask),
            GuardAsync(_services.Weights?.RunAsync(_background.Token) ?? Task.CompletedTask));
    }

    /// <summary>A shard that can no longer seal or watch must not go on serving: what ends a loop ends the process.</summary>
    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _application.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            throw;
        }
    }

    private async Task WaitForStopAsync(CancellationToken cancellationToken)
    {
        CancellationToken stopping = _application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

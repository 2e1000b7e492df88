using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Economics;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Api;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Shards;

namespace TeeTee.Sequencer;

/// <summary>A running sequencer: the job API, the shards behind it, and everything that turns answers into payouts.</summary>
public sealed class SequencerHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly JsonRpcClient _rpc;

    private SequencerHost(WebApplication application, JsonRpcClient rpc) => (_application, _rpc) = (application, rpc);

    /// <summary>Where the HTTP API listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The parts of this sequencer.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Compares chain and contracts with the options, opens the database, continues what ran before, and listens.</summary>
    /// <exception cref="FailureException"><c>wrong_chain</c>, <c>wrong_contract</c>, <c>chain_unreachable</c>, <c>database_newer</c>,
    /// <c>database_unusable</c>, <c>fault_refused</c>, <c>losing_parameters</c>, <c>plain_link_refused</c> or <c>port_in_use</c>.</exception>
    public static async Task<SequencerHost> StartAsync(SequencerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ShardLinks.Require(options);
        JsonRpcClient rpc = new(options.ChainEndpoint);
        try
        {
            EthereumClient client = new(rpc);
            IChainReader chain = options.Chain ?? new ContractChainReader(client, options.Deployment, options.CreditBlock);
            RollupParameters parameters = await CheckChainAsync(options, chain, cancellationToken).ConfigureAwait(false);
            FaultGuard.Require(
                options.Faults, options.AllowSimulatedTee, options.Attestation.QuoteSource?.TeeType == QuoteJudge.Hardware, options.Deployment.ChainId,
                parameters.DevParameters);
            IReadOnlyList<EconomicFinding> losing = await JudgeMoneyAsync(options, client, parameters, cancellationToken).ConfigureAwait(false);
            SequencerHost host = new(Build(options, client, chain, parameters), rpc);
            ILogger logger = host.Services.GetRequiredService<ILogger<SequencerHost>>();
            foreach (EconomicFinding finding in losing)
                SequencerLog.LosingParameters(logger, finding.ToString());
            return await host.ListenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            rpc.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the sequencer has been asked to stop, and has stopped.</summary>
    /// <exception cref="FailureException"><c>internal</c>: nobody asked, one of its loops ended by a fault.</exception>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken)
    {
        await _application.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        // The host stops when a loop breaks; a supervisor must see that as a failure.
        foreach (BackgroundService loop in _application.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (loop.ExecuteTask?.Exception?.InnerException is { } fault)
                throw new FailureException(ExitCode.Unexpected, "internal", $"{loop.GetType().Name} ended by a fault of this program: {fault.Message}", fault);
        }
    }

    /// <summary>Takes no more jobs and ends the streams; running jobs stay in the database for the next start.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _rpc.Dispose();
    }

    private static WebApplication Build(SequencerOptions options, EthereumClient client, IChainReader chain, RollupParameters parameters)
    {
        WebApplicationBuilder builder = ServiceHost.CreateBuilder(
            options.Listen, options.ExitWithParent, listen => listen.Protocols = HttpProtocols.Http1);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections;
            kestrel.Limits.MaxRequestBodySize = options.Limits.MaxSubmissionBytes;
        });
        options.ConfigureLogging?.Invoke(builder.Logging);
        builder.Services.AddSequencerCore(options, client, chain, parameters).AddJobs(options).AddAttestation();
        if (options.Batching is { } batching)
            builder.Services.AddSettlement(options, batching with { Faults = options.Faults });
        options.ConfigureServices?.Invoke(builder.Services);
        WebApplication application = builder.Build();
        application.UseApiErrors();
        application.UseAciHeaders();
        application.MapServiceEndpoints();
        application.MapJobs();
        application.MapAttestation();
        if (options.Batching is not null)
            application.MapBatching();
        options.MapEndpoints?.Invoke(application);
        application.MapFallback(ApiErrors.NotFoundAsync);
        return application;
    }

    private static async Task<RollupParameters> CheckChainAsync(SequencerOptions options, IChainReader chain, CancellationToken cancellationToken)
    {
        try
        {
            ulong chainId = await chain.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
            if (chainId != options.Deployment.ChainId)
            {
                throw new FailureException(ExitCode.Configuration, "wrong_chain",
                    $"The chain endpoint serves chain {chainId}; the deployment is on chain {options.Deployment.ChainId}.");
            }
            return await chain.GetParametersAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChainUnavailableException fault) when (fault.InnerException is MalformedDataException)
        {
            throw new FailureException(ExitCode.Configuration, "wrong_contract",
                $"{options.Deployment.Rollup} is no TeeTeeRollup of this version: {fault.Message}", fault);
        }
        catch (ChainUnavailableException fault)
        {
            throw new FailureException(ExitCode.Unreachable, "chain_unreachable", fault.Message, fault);
        }
    }

    // A chain that tests put in has no contracts to read terms from.
    private static async Task<IReadOnlyList<EconomicFinding>> JudgeMoneyAsync(
        SequencerOptions options, EthereumClient client, RollupParameters parameters, CancellationToken cancellationToken)
    {
        if (options.Chain is not null)
            return [];
        try
        {
            return await new EconomicGate(options, client, parameters).RequireAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcTransportException fault)
        {
            throw new FailureException(ExitCode.Unreachable, "chain_unreachable", fault.Message, fault);
        }
    }

    private async Task<SequencerHost> ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            Address = await ServiceHost.StartAsync(_application, cancellationToken).ConfigureAwait(false);
            return this;
        }
        catch
        {
            await _application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

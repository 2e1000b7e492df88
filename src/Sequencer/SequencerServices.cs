using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Api;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Receipts;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer;

/// <summary>The parts of a sequencer, registered.</summary>
internal static class SequencerServices
{
    /// <summary>What every part uses: options, domain, signer, clients, database and clock.</summary>
    /// <param name="parameters">As the contract has them.</param>
    public static IServiceCollection AddSequencerCore(
        this IServiceCollection services, SequencerOptions options, EthereumClient client, IChainReader chain, RollupParameters parameters)
    {
        services.Replace(ServiceDescriptor.Singleton(options.Clock));
        return services
            .AddSingleton(options).AddSingleton(options.Deployment).AddSingleton(options.Deployment.Domain()).AddSingleton(parameters)
            .AddSingleton<IDigestSigner>(options.Key).AddSingleton(client).AddSingleton(chain)
            .AddSingleton(new RollupContract(client, options.Deployment.Rollup))
            .AddSingleton(new RegistryContract(client, options.Deployment.Registry))
            .AddSingleton(new CreditsContract(client, options.Deployment.Credits))
            .AddSingleton(_ => SequencerDatabase.Open(options.DatabasePath))
            .AddSingleton<JobStore>();
    }

    /// <summary>Jobs, shards and accounts.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, SequencerOptions options) => services
        .AddSingleton(options.Limits).AddSingleton(options.Times)
        .AddSingleton<JobMetrics>().AddSingleton<CreditSource>().AddSingleton<SessionSource>().AddSingleton<RequestSigners>()
        .AddSingleton<ShardLinks>().AddHostedService(provider => provider.GetRequiredService<ShardLinks>())
        .AddSingleton<ShardPool>().AddHostedService(provider => provider.GetRequiredService<ShardPool>())
        .AddSingleton<JobRunner>().AddSingleton<JobHub>().AddHostedService(provider => provider.GetRequiredService<JobHub>())
        .AddSingleton<JobAcceptance>().AddSingleton<JobService>().AddSingleton<AccountService>().AddSingleton<NodeInfoSource>()
        .AddSingleton<IJobClient>(provider => new LocalJobClient(
            provider.GetRequiredService<JobService>(), provider.GetRequiredService<AccountService>(), provider.GetRequiredService<NodeInfoSource>(),
            provider.GetRequiredService<AttestationReporter>(), provider.GetRequiredService<CollateralStore>(),
            jobId => Receipt(provider.GetService<ReceiptReader>(), jobId)));

    /// <summary>Attestation of shards and of the sequencer.</summary>
    public static IServiceCollection AddAttestation(this IServiceCollection services) => services
        .AddSingleton<CollateralStore>().AddSingleton<ShardChallenger>().AddSingleton<AttestationReporter>()
        .AddSingleton<AciIdentity>().AddSingleton<AciAttestor>().AddSingleton<AciSessionBook>().AddSingleton<AciEndpoints>()
        .AddHostedService<CollateralWatchService>();

    /// <summary>Batches, posting and payouts, on the same database and shards.</summary>
    public static IServiceCollection AddSettlement(this IServiceCollection services, SequencerOptions options, BatchingOptions batching)
    {
        for (int i = 0; i < options.Shards.Count; i++)
        {
            int index = i;
            services.AddSingleton<IEpochSource>(provider => new ShardEpochSource(provider.GetRequiredService<ShardPool>().Connections[index]));
        }
        return services.AddSingleton<IVocabularySource, OfferedVocabularies>().AddBatching(batching);
    }

    // Receipts are the batching part's; without it none comes into being.
    private static JsonElement? Receipt(ReceiptReader? reader, Bytes32 jobId) => reader?.Find(jobId) is { } receipt
        ? JsonSerializer.SerializeToElement(receipt, JobApiJson.Options)
        : null;
}

using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Data;
using TeeTee.Sequencer.Disputes;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Receipts;
using TeeTee.Sequencer.Rpc;
using TeeTee.Sequencer.Settlement;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Batching;

/// <summary>How a host gets batching: services and endpoints.</summary>
public static class BatchingServices
{
    /// <summary>
    /// Registers collection of epochs, batching, posting, settlement and what the endpoints read. The host registers a
    /// <c>SqliteDatabase</c> with the sequencer's tables, <c>Readiness</c> (AddServiceEndpoints) and logging; optionally an
    /// <see cref="IVocabularySource"/> (before this call), an <see cref="IEpochSource"/> per shard and an <c>IJobClient</c> (for <c>teetee_models</c>).
    /// </summary>
    public static IServiceCollection AddBatching(this IServiceCollection services, BatchingOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(options);
        services.TryAddSingleton<IVocabularySource, ConfiguredVocabularies>();
        services.TryAddSingleton<CollateralStore>();
        services.AddSingleton<BatchingMetrics>().AddSingleton<EpochStore>().AddSingleton<CandidateStore>().AddSingleton<BatchStore>();
        services.AddSingleton<StateStore>().AddSingleton<QuoteJudge>().AddSingleton<SnapshotReader>().AddSingleton<BatchAssembler>();
        services.AddSingleton<ContractQuoteJudge>().AddSingleton<ChallengeAnswers>().AddSingleton<ChallengeResponder>();
        services.AddSingleton<PostedData>().AddSingleton<DataResponder>().AddSingleton<AnswerResponder>().AddSingleton<WeightResponder>();
        services.TryAddSingleton<JobStore>();
        services.AddSingleton<ChainConnection>().AddSingleton<ChainWriter>().AddSingleton<PostingHalt>().AddSingleton<ConvictedLeaves>();
        services.AddSingleton(s => new SqliteOutbox(s.GetRequiredService<Hosting.Storage.SqliteDatabase>(), options.Clock));
        services.AddSingleton<ClaimService>().AddSingleton<ReceiptReader>().AddSingleton<BatchReader>().AddSingleton<RpcMethodTable>();
        services.AddSingleton<EpochCollector>().AddSingleton<BatchScheduler>().AddSingleton<BatchPoster>().AddSingleton<Finalizer>();
        // What the in-process job client gives as receipts.
        services.AddSingleton<Func<Bytes32, CancellationToken, Task<JsonElement?>>>(s => (id, _) => Task.FromResult(
            s.GetRequiredService<ReceiptReader>().Find(id) is { } receipt ? JsonSerializer.SerializeToElement(receipt, JobApiJson.Options) : (JsonElement?)null));
        services.AddHostedService<ChainGuard>();
        services.AddHostedService(s => s.GetRequiredService<EpochCollector>());
        services.AddHostedService(s => s.GetRequiredService<BatchScheduler>());
        services.AddHostedService(s => s.GetRequiredService<BatchPoster>());
        services.AddHostedService(s => s.GetRequiredService<Finalizer>());
        services.AddHostedService(s => s.GetRequiredService<ChallengeResponder>());
        services.AddHostedService(s => s.GetRequiredService<DataResponder>());
        services.AddHostedService(s => s.GetRequiredService<AnswerResponder>());
        if (options.Defence is { } defence)
        {
            services.AddSingleton(defence).AddSingleton<BatchJobs>().AddSingleton<PublishedEvidence>().AddSingleton<DelegatedDefender>();
            services.AddHostedService(s => s.GetRequiredService<DelegatedDefender>());
        }

        if (options.Weights.Count > 0)
            services.AddHostedService(s => s.GetRequiredService<WeightResponder>());
        return services;
    }

    /// <summary>Maps <c>/v1/batches</c>, <c>/v1/data</c>, <c>/v1/receipts</c> and JSON-RPC on <c>/</c>.</summary>
    public static IEndpointRouteBuilder MapBatching(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapData().MapReceipts().MapRpc();
    }
}

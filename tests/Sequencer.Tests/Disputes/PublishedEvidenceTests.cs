using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Storage;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Disputes;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardNode.Defence;

namespace TeeTee.Sequencer.Tests.Disputes;

/// <summary>A sequencer computes again what any honest host of a public job signed, from what was published alone.</summary>
public sealed class PublishedEvidenceTests
{
    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    public async Task TryFind_HonestHost_GivesWhatItSigned(uint shard)
    {
        await using RealPipeline pipeline = await RealPipeline.StartAsync();
        await using SequencerHost host = await SequencerHost.StartAsync(pipeline.Options(), CancellationToken.None).Within();
        JobRequest request = await AskAsync(pipeline, host);
        using PublishedEvidence evidence = Evidence(pipeline, host);
        Bytes32 batch = PlaceInABatch(host, TestWorld.Domain.Digest(request));
        StoredShard signed = host.Services.GetRequiredService<JobStore>().ShardsOf(TestWorld.Domain.Digest(request))[(int)shard];

        foreach (uint position in new[] { 0u, 3u, signed.Receipt.Message.Positions - 1 })
        {
            DisputeContext context = Context(batch, shard, position, request, signed.Receipt.Message);
            Assert.True(evidence.TryFind(context, out DefenceMaterial? material, out string cause), cause);
            (DefenceList? list, cause) = DefenceList.Make(context, material, CancellationToken.None);
            Assert.True(list is not null, cause);
            Assert.Equal(
                new Bytes32(signed.Leaves.Span.Slice((int)position * 32, 32)),
                TraceCommitment.Leaf(position, list.Opening.HInRoot, list.Opening.HOutRoot, list.Opening.KvRoot));
        }
        DisputeContext right = Context(batch, shard, 0, request, signed.Receipt.Message);
        Assert.False(evidence.TryFind(right with { IsSealed = true }, out _, out _));
        Assert.False(evidence.TryFind(right with { BatchHash = Bytes32.Zero }, out _, out _));
        Assert.False(evidence.TryFind(right with { TraceRoot = Bytes32.Zero }, out _, out _));
    }

    private static async Task<JobRequest> AskAsync(RealPipeline pipeline, SequencerHost host)
    {
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await BoundedWait.UntilAsync(() => pool.PipelineOf(pipeline.ModelId) is not null);
        using HttpClient http = new() { BaseAddress = host.Address, Timeout = Timeout.InfiniteTimeSpan };
        HttpJobClient jobs = new(http, TimeSpan.Zero, TimeProvider.System);
        JobRequest request = pipeline.Request(1) with { MaxOutputTokens = 3 };
        JobSubmission submission = new(request, TestWorld.Domain.Sign(request, TestWorld.User).Signature, [.. RealPipeline.Prompt]);
        using CancellationTokenSource bound = new(BoundedWait.Limit);
        JobEvent? last = null;
        await foreach (JobEvent item in jobs.SubmitAsync(submission, bound.Token))
            last = item;
        Assert.IsType<JobFinished>(last);
        return request;
    }

    private static PublishedEvidence Evidence(RealPipeline pipeline, SequencerHost host)
    {
        SqliteDatabase database = host.Services.GetRequiredService<SqliteDatabase>();
        DelegatedDefence defence = new()
        {
            ModelPath = RealPipeline.ModelPath,
            ModelId = pipeline.ModelId,
            Operators = [],
            Defender = new DefenderOptions { Key = PrivateKey.Generate() },
            Folder = pipeline.Folder,
        };
        return new PublishedEvidence(defence, new BatchStore(database), host.Services.GetRequiredService<JobStore>(), new BatchJobs(database));
    }

    private static Bytes32 PlaceInABatch(SequencerHost host, Bytes32 jobId)
    {
        Bytes32 hash = Keccak256.Hash("batch"u8);
        BatchHeader header = new(BatchHeader.CurrentVersion, hash, 1, hash, 0, hash, 1, hash);
        using SqliteConnection connection = host.Services.GetRequiredService<SqliteDatabase>().Connect();
        connection.Execute(
            """
            INSERT INTO batches (batch_index, parent_hash, hash, header, status, built_at, accounts_after) VALUES (1, @hash, @hash, @header, 'posted', 0, x'');
            UPDATE jobs SET batch_index = 1, leaf = 0 WHERE job_id = @id;
            """, new { hash = hash.ToArray(), header = header.Encode(), id = jobId.ToArray() });
        return hash;
    }

    private static DisputeContext Context(Bytes32 batch, uint shard, uint position, JobRequest request, ShardReceipt receipt)
    {
        using CanonicalModel model = CanonicalModel.Import(RealPipeline.ModelPath);
        ModelConfig c = model.Config;
        LayerRange range = LayerRange.Split(c.LayerCount, 2)[(int)shard];
        return new DisputeContext
        {
            BatchIndex = 1,
            BatchHash = batch,
            Leaf = 0,
            Shard = shard,
            Position = position,
            Positions = receipt.Positions,
            Slot = receipt.Slot,
            Operator = receipt.Operator,
            ModelId = request.ModelId,
            WeightsRoot = Bytes32.Zero,
            Config = new DisputeModel(
                (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount, (uint)c.KvHeadCount,
                (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput),
            FirstLayer = (uint)range.First,
            LayerCount = (uint)range.Count,
            TokensRoot = receipt.TokensRoot,
            TraceRoot = receipt.TraceRoot,
            PromptTokens = request.PromptTokens,
            Sampling = request.Sampling,
            IsSealed = false,
        };
    }
}

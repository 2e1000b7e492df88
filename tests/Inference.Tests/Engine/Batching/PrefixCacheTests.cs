using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Engine.Batching;

/// <summary>Pages of equal prefixes are shared, and nobody can tell from a token or a root.</summary>
public sealed class PrefixCacheTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CanonicalModel _model = (EngineRuns.Odd with { Context = 256 }).Import();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1, 64)]
    [InlineData(1, 200)]
    [InlineData(1, 45)]
    [InlineData(3, 96)]
    public async Task RunAsync_PromptsThatShareAndDiverge_GiveWhatEachGivesAlone(int shards, int chunk)
    {
        ShardModel[] models = [.. LayerRange.Split(4, shards).Select(range => ShardModel.Load(_model, range, 2))];
        BatchScheduler[] schedulers = [.. models.Select(model => new BatchScheduler(model))];
        foreach (BatchJob job in Diverging())
            Assert.Equal(job.Alone(models), await job.RunAsync(schedulers, chunk, CancellationToken.None).WaitAsync(s_patience));
        BatchJob[] again = Diverging();
        string[] together = await Task.WhenAll(again.Select(job => job.RunAsync(schedulers, chunk, CancellationToken.None))).WaitAsync(s_patience);
        Assert.Equal(again.Select(job => job.Alone(models)), together);
        Assert.All(schedulers, scheduler => Assert.True(scheduler.Counters.PrefixHits > 0));
        foreach (IDisposable part in schedulers.Concat<IDisposable>(models))
            part.Dispose();
    }

    [Fact]
    public async Task RunAsync_SamePromptAgain_ComputesOnlyTheRest()
    {
        using ShardModel model = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        using BatchScheduler scheduler = new(model);
        BatchJob job = new(Tokens(0, 130), 1, SamplingParameters.MostLikely);
        string first = await job.RunAsync([scheduler], 256, CancellationToken.None);
        Assert.Equal((130, 0, 4), (scheduler.Counters.PromptRows, scheduler.Counters.SharedRows, scheduler.Counters.PrefixPages));
        Assert.Equal(first, await job.RunAsync([scheduler], 256, CancellationToken.None));
        Assert.Equal((132, 128), (scheduler.Counters.PromptRows, scheduler.Counters.SharedRows));
        // Exactly four pages: the last position must be run, because it is picked from.
        BatchJob whole = new(Tokens(0, 128), 1, SamplingParameters.MostLikely);
        Assert.Equal(whole.Alone([model]), await whole.RunAsync([scheduler], 256, CancellationToken.None));
        Assert.Equal((132 + 32, 128 + 96), (scheduler.Counters.PromptRows, scheduler.Counters.SharedRows));
        Assert.Equal(4, model.KvMemory.InUse);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task RunAsync_SaltedOrUntraced_SharesNothing(bool salted, bool traced)
    {
        using ShardModel model = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        using BatchScheduler scheduler = new(model);
        for (int i = 0; i < 2; i++)
        {
            CommitmentSalts? salts = salted ? new CommitmentSalts(Keccak256.Hash([7])) : null;
            using ShardSession session = model.CreateSession(100, traced, salts);
            await scheduler.RunAsync(session, new BatchStep { Tokens = Tokens(0, 100) }, CancellationToken.None);
        }
        Assert.Equal((200, 0, 0), (scheduler.Counters.PromptRows, scheduler.Counters.PrefixProbes, scheduler.Counters.PrefixPages));
    }

    [Fact]
    public async Task CreateSession_NeedsTheRoom_DropsTheLeastRecentlyUsedPages()
    {
        long pageBytes = KvLayout.Of(_model.Config, 4).PageBytes;
        using ShardModel model = ShardModel.Load(_model, _model.Config.AllLayers, 2, kvBytes: 10 * pageBytes);
        using BatchScheduler scheduler = new(model);
        BatchJob older = new(Tokens(0, 97), 1, SamplingParameters.MostLikely), newer = new(Tokens(1, 97), 1, SamplingParameters.MostLikely);
        await older.RunAsync([scheduler], 256, CancellationToken.None);
        await newer.RunAsync([scheduler], 256, CancellationToken.None);
        Assert.Equal((6, 6), (scheduler.Counters.PrefixPages, model.KvMemory.InUse));
        using ShardSession session = model.CreateSession(7 * 32);
        Assert.Equal((3, 7), (model.KvMemory.InUse, model.KvMemory.Promised));
        Assert.Throws<KvMemoryFullException>(() => model.CreateSession(4 * 32));
        // All pages but those of the running session are gone now, and the newer prompt's stayed until then.
        Assert.Equal(0, model.KvMemory.InUse);
        using ShardSession rest = model.CreateSession(3 * 32);
        KvMemoryFullException full = Assert.Throws<KvMemoryFullException>(() => model.CreateSession(1));
        Assert.Equal((1, 0, 10), (full.Requested, full.Available, full.Capacity));
    }

    [Fact]
    public async Task RunAsync_MemoryNearlyFull_StillGivesTheSame()
    {
        long pageBytes = KvLayout.Of(_model.Config, 2).PageBytes;
        ShardModel[] models = [.. LayerRange.Split(4, 2).Select(range => ShardModel.Load(_model, range, 1, kvBytes: 12 * pageBytes))];
        BatchScheduler[] schedulers = [.. models.Select(model => new BatchScheduler(model))];
        foreach (BatchJob job in Diverging().Concat(Diverging()))
        {
            Assert.Equal(job.Alone(models), await job.RunAsync(schedulers, 64, CancellationToken.None).WaitAsync(s_patience));
            Assert.All(models, model => Assert.InRange(model.KvMemory.InUse + model.KvMemory.Promised, 0, 12));
        }
        foreach (IDisposable part in schedulers.Concat<IDisposable>(models))
            part.Dispose();
        Assert.All(models, model => Assert.Equal((0, 0), (model.KvMemory.InUse, model.KvMemory.Promised)));
    }

    /// <summary>Prompts that agree for some positions, which end inside of pages and at their edges.</summary>
    private static BatchJob[] Diverging()
    {
        uint[] common = Tokens(0, 150);
        return
        [
            .. new[] { 150, 149, 128, 127, 96, 65, 64, 50, 33, 32, 31, 1 }.Select((same, i) => new BatchJob(
                [.. common.Take(same), .. Tokens(100 + i, 170 - same)], 2 + i % 3,
                i % 2 == 0 ? SamplingParameters.MostLikely : SamplingParameters.AtTemperature(0.9, Keccak256.Hash([(byte)i])),
                i == 4 ? new CommitmentSalts(Keccak256.Hash([1])) : null)),
        ];
    }

    private static uint[] Tokens(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (uint)random.Next(320))];
    }
}

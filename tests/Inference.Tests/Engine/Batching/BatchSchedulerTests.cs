using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Engine.Batching;

public sealed class BatchSchedulerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CanonicalModel _model = (EngineRuns.Odd with { Context = 160 }).Import();
    private readonly ShardModel _shard;

    public BatchSchedulerTests() => _shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);

    public void Dispose()
    {
        _shard.Dispose();
        _model.Dispose();
    }

    public static TheoryData<string, GgufType, bool> Shapes => new()
    {
        { "llama", GgufType.Q8_0, false }, { "llama", GgufType.F16, true }, { "qwen2", GgufType.BF16, false }, { "qwen3", GgufType.F32, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task RunAsync_EightSessions_GiveWhatEachGivesAlone(string architecture, GgufType type, bool tied)
    {
        SyntheticModel shape = new() { Architecture = architecture, MatrixType = type, TiedOutput = tied, Context = 100, Seed = 5 };
        using CanonicalModel model = shape.Import();
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 2);
        using BatchScheduler scheduler = new(shard, new BatchOptions { PromptRows = 24 });
        BatchJob[] jobs = BatchJob.Mixed(8, 100, 1);
        string[] alone = [.. jobs.Select(job => job.Alone([shard]))];
        Task<string>[] together = [.. jobs.Select((job, i) => job.RunAsync([scheduler], 7 + i * 11, CancellationToken.None))];
        Assert.Equal(alone, await Task.WhenAll(together).WaitAsync(s_patience));
        Assert.Equal(jobs.Sum(job => job.Prompt.Length + job.Tokens - 1), Rows(scheduler.Counters));
    }

    [Fact]
    public async Task RunAsync_BesideCancelledSessions_GivesWhatItGivesAlone()
    {
        using BatchScheduler scheduler = new(_shard);
        BatchJob[] jobs = BatchJob.Mixed(8, 150, 2);
        string[] alone = [.. jobs.Select(job => job.Alone([_shard]))];
        int cancelled = 0;
        for (int round = 0; round < 3; round++)
        {
            using CancellationTokenSource source = new();
            Task<string>[] others = [.. jobs.Skip(1).Select(job => job.RunAsync([scheduler], 32, source.Token))];
            Task<string> self = jobs[0].RunAsync([scheduler], 64, CancellationToken.None);
            await Task.Delay(round);
            await source.CancelAsync();
            Assert.Equal(alone[0], await self.WaitAsync(s_patience));
            for (int i = 0; i < others.Length; i++)
                cancelled += await IsCancelledAsync(others[i], alone[i + 1]) ? 1 : 0;
        }
        Assert.NotEqual(0, cancelled);
    }

    private static async Task<bool> IsCancelledAsync(Task<string> job, string expected)
    {
        try
        {
            Assert.Equal(expected, await job.WaitAsync(s_patience));
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    public async Task RunAsync_SeveralShards_GiveTheSameInEverySplit(int shards, int threads)
    {
        ShardModel[] models = [.. LayerRange.Split(4, shards).Select(range => ShardModel.Load(_model, range, threads))];
        BatchScheduler[] schedulers = [.. models.Select(model => new BatchScheduler(model))];
        BatchJob[] jobs = BatchJob.Mixed(4, 150, 3);
        string[] alone = [.. jobs.Select(job => job.Alone(models, chunk: 9))];
        string[] together = await Task.WhenAll(jobs.Select(job => job.RunAsync(schedulers, 64, CancellationToken.None))).WaitAsync(s_patience);
        Assert.Equal(alone, together);
        foreach (IDisposable part in schedulers.Concat<IDisposable>(models))
            part.Dispose();
    }

    [Fact]
    public async Task RunAsync_OneSessionNotFinite_TouchesNobodyElse()
    {
        using BatchScheduler scheduler = new(_shard);
        BatchJob[] jobs = BatchJob.Mixed(3, 150, 4);
        string[] alone = [.. jobs.Select(job => job.Alone([_shard]))];
        float[] vectors = Vectors(20);
        vectors[13 * 96 + 5] = 3e38f;
        using ShardSession reference = _shard.CreateSession(20), session = _shard.CreateSession(20);
        NonFiniteException expected = Assert.Throws<NonFiniteException>(() => reference.Forward(vectors, 20, new float[vectors.Length]));
        Task<string>[] together = [.. jobs.Select(job => job.RunAsync([scheduler], 64, CancellationToken.None))];
        NonFiniteException actual = await Assert.ThrowsAsync<NonFiniteException>(() => StepAsync(scheduler, session, Bytes(vectors)));
        Assert.Equal((expected.Operator, expected.Index, 13), (actual.Operator, actual.Index, session.Position));
        Assert.Equal(reference.Trace!.TraceRoot(13), session.Trace!.TraceRoot(13));
        Assert.Equal(alone, await Task.WhenAll(together).WaitAsync(s_patience));
    }

    [Fact]
    public async Task RunTurn_AnswersBesidePrompts_GivesEachItsShare()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { PromptRows = 32, SharesPrefixes = false }, starts: false);
        using ShardSession answer = _shard.CreateSession(160), other = _shard.CreateSession(160);
        using ShardSession prompt = _shard.CreateSession(160), brief = _shard.CreateSession(160);
        ShardSession[] all = [answer, other, prompt, brief];
        Task[] prompts = [Submit(scheduler, prompt, 150), Submit(scheduler, brief, 40)];
        List<string> positions = [];
        for (int turn = 0; turn < 7; turn++)
        {
            Task[] answers = [Submit(scheduler, answer, 1), Submit(scheduler, other, 1)];
            scheduler.RunTurn();
            // Every answer goes on in every pass.
            await Task.WhenAll(answers).WaitAsync(s_patience);
            positions.Add(string.Join(' ', all.Select(session => session.Position)));
        }
        // Prompts take turns, 32 positions a pass; what the short one leaves goes to the next; parts end where pages do.
        Assert.Equal(["1 1 32 0", "2 2 32 32", "3 3 64 32", "4 4 64 40", "5 5 96 40", "6 6 128 40", "7 7 150 40"], positions);
        await Task.WhenAll(prompts).WaitAsync(s_patience);
        Assert.Equal((7, 14, 190), (scheduler.Counters.Passes, scheduler.Counters.DecodeRows, scheduler.Counters.PromptRows));
    }

    [Fact]
    public async Task RunTurn_NobodyAnswers_GivesPromptsTheWholePass()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { PromptRows = 32, SharesPrefixes = false }, starts: false);
        ShardSession[] sessions = [.. Enumerable.Range(0, 5).Select(_ => _shard.CreateSession(160))];
        Task[] prompts = [.. sessions.Select(session => Submit(scheduler, session, 150))];
        scheduler.RunTurn();
        Assert.Equal([150, 150, 150, 32, 0], sessions.Select(session => session.Position));
        scheduler.RunTurn();
        await Task.WhenAll(prompts).WaitAsync(s_patience);
        Array.ForEach(sessions, session => session.Dispose());
    }

    [Fact]
    public async Task RunAsync_SessionsInStep_ShareTheirPasses()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { Linger = TimeSpan.FromSeconds(5) });
        const int sessions = 8, steps = 40;
        await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Task.Run(() => AnswerAsync(scheduler, steps)))).WaitAsync(s_patience);
        Assert.Equal(sessions * steps, scheduler.Counters.DecodeRows);
        // Apart in the first passes only, before all have been served once.
        Assert.InRange(scheduler.Counters.Passes, steps, steps + 2 * sessions);
    }

    [Fact]
    public async Task RunAsync_NobodyElse_WaitsForNobody()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { Linger = TimeSpan.FromSeconds(100) });
        await AnswerAsync(scheduler, 20).WaitAsync(s_patience);
        await AnswerAsync(scheduler, 20).WaitAsync(s_patience);
        Assert.Equal(40, scheduler.Counters.Passes);
    }

    [Fact]
    public async Task RunAsync_SomebodyEnds_IsWaitedForNoMore()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { Linger = TimeSpan.FromSeconds(100) });
        ShardSession away = _shard.CreateSession(10);
        await Submit(scheduler, away, 1);
        Task other = AnswerAsync(scheduler, 5);
        away.Dispose();
        await other.WaitAsync(s_patience);
        Assert.Equal(6, scheduler.Counters.DecodeRows);
    }

    [Fact]
    public async Task RunAsync_SomebodyStaysAway_IsWaitedForOnce()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { Linger = TimeSpan.FromMilliseconds(400) });
        using ShardSession away = _shard.CreateSession(10);
        await Submit(scheduler, away, 1);
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        await AnswerAsync(scheduler, 20).WaitAsync(s_patience);
        TimeSpan taken = System.Diagnostics.Stopwatch.GetElapsedTime(started);
        Assert.InRange(taken.TotalMilliseconds, 390, 4000);
        await Submit(scheduler, away, 1).WaitAsync(s_patience);
    }

    [Fact]
    public async Task RunAsync_Cancelled_LeavesTheQueueAtOnce()
    {
        using BatchScheduler scheduler = new(_shard);
        using ShardSession session = _shard.CreateSession(100), other = _shard.CreateSession(100);
        using CancellationTokenSource source = new();
        Task blocked, waiting;
        lock (_shard.Pass.Gate)
        {
            blocked = Submit(scheduler, other, 1);
            waiting = Submit(scheduler, session, 50, source.Token);
            source.Cancel();
            Assert.Equal(1, scheduler.Counters.Waiting);
            Assert.ThrowsAny<OperationCanceledException>(() => waiting.WaitAsync(s_patience).GetAwaiter().GetResult());
        }
        await blocked.WaitAsync(s_patience);
        Assert.Equal(0, session.Position);
        await Submit(scheduler, session, 50).WaitAsync(s_patience);
        Assert.Equal(50, session.Position);
    }

    [Fact]
    public async Task Dispose_SessionThatWaits_EndsItsStepAndFreesItsPages()
    {
        using BatchScheduler scheduler = new(_shard);
        ShardSession session = _shard.CreateSession(100);
        Assert.Equal(4, _shard.KvMemory.Promised);
        await Submit(scheduler, session, 40);
        Assert.Equal((2, 2), (_shard.KvMemory.InUse, _shard.KvMemory.Promised));
        Task waiting;
        lock (_shard.Pass.Gate)
        {
            waiting = Submit(scheduler, session, 50);
            session.Dispose();
            Assert.Equal(0, _shard.KvMemory.Promised);
        }
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(s_patience));
        // The first full page stays for later prompts.
        Assert.Equal(1, _shard.KvMemory.InUse);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Submit(scheduler, session, 1));
    }

    [Fact]
    public async Task Dispose_SessionInAPass_IsFreedAfterIt()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { SharesPrefixes = false });
        for (int round = 0; round < 30; round++)
        {
            ShardSession session = _shard.CreateSession(120);
            Task step = Submit(scheduler, session, 120);
            await Task.Yield();
            session.Dispose();
            try
            {
                await step.WaitAsync(s_patience);
            }
            catch (ObjectDisposedException)
            {
            }
            Assert.Equal((0, 0), (_shard.KvMemory.InUse, _shard.KvMemory.Promised));
        }
    }

    [Fact]
    public async Task Dispose_WithWaitingSteps_EndsThem()
    {
        BatchScheduler scheduler = new(_shard);
        using ShardSession session = _shard.CreateSession(100);
        Task waiting, dispose;
        lock (_shard.Pass.Gate)
        {
            waiting = Submit(scheduler, session, 50);
            dispose = Task.Run(scheduler.Dispose);
        }
        await dispose.WaitAsync(s_patience);
        await Task.WhenAny(waiting).WaitAsync(s_patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Submit(scheduler, session, 1));
    }

    [Fact]
    public async Task RunAsync_TooManySteps_AreRefused()
    {
        using BatchScheduler scheduler = new(_shard, new BatchOptions { MaxSteps = 2 });
        using ShardSession a = _shard.CreateSession(10), b = _shard.CreateSession(10), c = _shard.CreateSession(10);
        Task[] taken;
        lock (_shard.Pass.Gate)
        {
            taken = [Submit(scheduler, a, 1), Submit(scheduler, b, 1)];
            Assert.Throws<BatchFullException>(() => Submit(scheduler, c, 1).GetAwaiter().GetResult());
            Assert.Throws<InvalidOperationException>(() => Submit(scheduler, a, 1).GetAwaiter().GetResult());
        }
        await Task.WhenAll(taken).WaitAsync(s_patience);
        await Submit(scheduler, c, 1).WaitAsync(s_patience);
    }

    [Fact]
    public async Task RunAsync_StepsThatDoNotFit_AreRefused()
    {
        using BatchScheduler scheduler = new(_shard);
        using ShardModel upper = ShardModel.Load(_model, new LayerRange(0, 2), 1);
        using BatchScheduler above = new(upper);
        using ShardSession session = _shard.CreateSession(10), other = upper.CreateSession(10);
        await Refused<ArgumentException>(scheduler, session, new BatchStep());
        await Refused<ArgumentException>(scheduler, session, new BatchStep { Tokens = new uint[] { 320 } });
        await Refused<ArgumentException>(scheduler, session, new BatchStep { Tokens = new uint[1], HiddenIn = new byte[384] });
        await Refused<ArgumentException>(scheduler, session, new BatchStep { HiddenIn = new byte[383] });
        await Refused<ArgumentException>(scheduler, session, new BatchStep { Tokens = new uint[2], HiddenOut = new byte[384] });
        await Refused<ArgumentException>(scheduler, session, new BatchStep { Tokens = new uint[1], Pick = default(SamplingParameters) });
        await Refused<ContextFullException>(scheduler, session, new BatchStep { Tokens = new uint[11] });
        await Refused<ArgumentException>(scheduler, other, new BatchStep { Tokens = new uint[1] });
        await Refused<InvalidOperationException>(above, other, new BatchStep { Tokens = new uint[1], Pick = SamplingParameters.MostLikely });
        await Submit(scheduler, session, 10).WaitAsync(s_patience);

        static Task Refused<T>(BatchScheduler scheduler, ShardSession session, BatchStep step)
            where T : Exception => Assert.ThrowsAnyAsync<T>(async () => await scheduler.RunAsync(session, step, CancellationToken.None));
    }

    [Fact]
    public async Task RunAsync_ModelsWholeContext_EqualsOnePositionAtATime()
    {
        using CanonicalModel model = new SyntheticModel { Embedding = 32, FeedForward = 32, Layers = 1, Heads = 2, KvHeads = 1, Context = 1100 }.Import();
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 2);
        using BatchScheduler scheduler = new(shard);
        BatchJob job = new([.. Enumerable.Range(0, 1060).Select(i => (uint)(i * 37 % 320))], 40, SamplingParameters.MostLikely);
        string expected = job.Alone([shard], chunk: 1);
        Assert.Equal(expected, await job.RunAsync([scheduler], 1060, CancellationToken.None).WaitAsync(s_patience));
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.CreateSession(1101));
    }

    private async Task AnswerAsync(BatchScheduler scheduler, int tokens)
    {
        using ShardSession session = _shard.CreateSession(tokens);
        for (int i = 0; i < tokens; i++)
            await Submit(scheduler, session, 1);
    }

    private static long Rows(BatchCounters counters) => counters.DecodeRows + counters.PromptRows + counters.SharedRows;

    private static async Task Submit(BatchScheduler scheduler, ShardSession session, int count, CancellationToken cancellationToken = default) =>
        await scheduler.RunAsync(session, new BatchStep { Tokens = new uint[count] }, cancellationToken);

    private static async Task<StepResult> StepAsync(BatchScheduler scheduler, ShardSession session, byte[] hidden) =>
        await scheduler.RunAsync(session, new BatchStep { HiddenIn = hidden }, CancellationToken.None);

    private static float[] Vectors(int count) => new SeededNoise(3, "vectors").Fill(count * 96, 1f);

    private static byte[] Bytes(float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();
}

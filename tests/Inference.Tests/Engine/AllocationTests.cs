using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>
/// A decoded token allocates no managed memory, trace and pick included. Counted on each thread that computes, because the process also runs
/// other tests.
/// </summary>
public sealed class AllocationTests : IDisposable
{
    private const int WarmUp = 70;
    private const int Steps = 100;

    private readonly CanonicalModel _model = (EngineRuns.Odd with { Context = 256 }).Import();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1, true, false)]
    [InlineData(2, false, false)]
    [InlineData(2, true, true)]
    public void Decode_SteadyState_AllocatesNothing(int sessions, bool greedy, bool salted)
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        using BatchScheduler scheduler = new(shard, null, starts: false);
        SamplingParameters sampling = greedy ? SamplingParameters.MostLikely : SamplingParameters.AtTemperature(0.8, Keccak256.Hash([1]));
        Answer[] answers = [.. Enumerable.Range(0, sessions).Select(_ => new Answer(scheduler, salted, sampling))];
        Run(scheduler, answers, WarmUp);
        long[] before = Allocated(shard.Pool);
        Run(scheduler, answers, Steps);
        long[] after = Allocated(shard.Pool);
        Assert.Equal(before, after);
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public void Forward_SteadyState_AllocatesNothing()
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        using ShardSession session = shard.CreateSession(WarmUp + Steps);
        float[] hidden = new float[96];
        uint[] token = [1];
        Run(WarmUp);
        long[] before = Allocated(shard.Pool);
        Run(Steps);
        Assert.Equal(before, Allocated(shard.Pool));

        void Run(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                session.Embed(token, hidden);
                session.Forward(hidden, 1, hidden);
                session.Pick(hidden, session.Position - 1, SamplingParameters.MostLikely, token);
            }
        }
    }

    // The detector sees one object of the least size on either thread.
    [Fact]
    public void Allocated_OneObjectOnAThread_IsSeen()
    {
        using WorkerPool pool = new(2);
        Allocated(pool);
        long[] before = Allocated(pool);
        object[] kept = new object[2];
        long own = GC.GetAllocatedBytesForCurrentThread();
        pool.RunOnEach(worker => kept[worker] = new object());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() > own);
        Assert.True(Allocated(pool)[1] > before[1]);
    }

    private static void Run(BatchScheduler scheduler, Answer[] answers, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            foreach (Answer answer in answers)
                answer.Submit();
            scheduler.RunTurn();
            foreach (Answer answer in answers)
                answer.Take();
        }
    }

    /// <summary>Bytes that each thread of the pool has allocated, the caller's without what this costs.</summary>
    private static long[] Allocated(WorkerPool pool)
    {
        long own = GC.GetAllocatedBytesForCurrentThread() - s_measuring;
        long[] bytes = new long[pool.Threads];
        pool.RunOnEach(worker => bytes[worker] = worker == 0 ? own : GC.GetAllocatedBytesForCurrentThread());
        s_measuring += GC.GetAllocatedBytesForCurrentThread() - s_measuring - own;
        return bytes;
    }

    [ThreadStatic]
    private static long s_measuring;

    private sealed class Answer(BatchScheduler scheduler, bool salted, SamplingParameters sampling) : IDisposable
    {
        private readonly ShardSession _session = scheduler.Model.CreateSession(
            WarmUp + Steps, salts: salted ? new CommitmentSalts(Keccak256.Hash([2])) : null);

        private readonly uint[] _token = [1];
        private ValueTask<StepResult> _step;

        public void Submit() => _step = scheduler.RunAsync(_session, new BatchStep { Tokens = _token, Pick = sampling }, CancellationToken.None);

        public void Take()
        {
            while (!_step.IsCompleted)
                Thread.Yield();
            _token[0] = _step.Result.Token!.Value;
        }

        public void Dispose() => _session.Dispose();
    }
}

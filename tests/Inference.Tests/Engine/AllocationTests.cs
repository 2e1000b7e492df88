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
    private const int Steps = 30;

    // A thread makes its scratch memory when it first takes part, which may be late; rounds without any must follow.
    private const int Rounds = 6;
    private const int Positions = WarmUp + Steps * Rounds;

    private readonly CanonicalModel _model = (EngineRuns.Odd with { Context = Positions }).Import();

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
        Assert.Equal(0, LeastOf(shard.Pool, () => Run(scheduler, answers, Steps)));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public void Forward_SteadyState_AllocatesNothing()
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        using ShardSession session = shard.CreateSession(Positions);
        float[] hidden = new float[96];
        uint[] token = [1];
        Run(WarmUp);
        Assert.Equal(0, LeastOf(shard.Pool, () => Run(Steps)));

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

    // The detector sees one object of the least size.
    [Fact]
    public void LeastOf_OneObject_IsSeen()
    {
        using WorkerPool pool = new(2);
        object? kept = null;
        Assert.Equal(24, LeastOf(pool, () => kept = new object()));
        Assert.NotNull(kept);
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

    /// <summary>The least that all threads of a pool together allocate in one of some rounds.</summary>
    private static long LeastOf(WorkerPool pool, Action round)
    {
        long looking = long.MaxValue, least = long.MaxValue;
        for (int i = 0; i < Rounds; i++)
            looking = Math.Min(looking, -Allocated(pool) + Allocated(pool));
        for (int i = 0; i < Rounds; i++)
        {
            long before = Allocated(pool);
            round();
            least = Math.Min(least, Allocated(pool) - before - looking);
        }
        return least;
    }

    private static long Allocated(WorkerPool pool)
    {
        long sum = 0;
        pool.RunOnEach(_ => Interlocked.Add(ref sum, GC.GetAllocatedBytesForCurrentThread()));
        return sum;
    }

    private sealed class Answer(BatchScheduler scheduler, bool salted, SamplingParameters sampling) : IDisposable
    {
        private readonly ShardSession _session = scheduler.Model.CreateSession(
            Positions, salts: salted ? new CommitmentSalts(Keccak256.Hash([2])) : null);

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

using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Engine;

public sealed class ReexecutorTests : IDisposable
{
    private static readonly SamplingParameters s_sampling = SamplingParameters.AtTemperature(0.8, new Bytes32([.. Enumerable.Repeat((byte)9, 32)]));

    private readonly CanonicalModel _model;
    private readonly List<ShardModel> _shards = [];
    private readonly OfflineRunResult _run;

    public ReexecutorTests()
    {
        _model = EngineRuns.Odd.Import();
        foreach (LayerRange range in LayerRange.Split(4, 3))
            _shards.Add(ShardModel.Load(_model, range, 2));
        _run = OfflineRunner.Run(_shards, EngineRuns.Prompt, new OfflineRunOptions { MaxTokens = 15, Sampling = s_sampling }, CancellationToken.None);
    }

    public void Dispose()
    {
        _shards.ForEach(shard => shard.Dispose());
        _model.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(128)]
    public void Run_HonestJob_FindsNoDifference(int chunk)
    {
        ReexecutionResult result = Reexecutor.Run(_shards, Request() with { PrefillChunk = chunk }, CancellationToken.None);
        Assert.Null(result.WrongPick);
        Assert.Equal(_run.TraceRoots, result.TraceRoots);
        Assert.Null(result.FirstDifference(Leaves()));
    }

    [Fact]
    public void Run_ChangedPick_NamesItsPosition()
    {
        uint[] tokens = [.. Request().Tokens];
        int changed = EngineRuns.Prompt.Length + 4;
        uint honest = tokens[changed];
        tokens[changed] = honest == 50 ? 51u : 50u;
        ReexecutionResult result = Reexecutor.Run(_shards, Request() with { Tokens = tokens, PrefillChunk = 5 }, CancellationToken.None);
        Assert.Equal(new WrongPick(changed - 1, tokens[changed], honest), result.WrongPick);
    }

    [Fact]
    public void Run_OtherSeed_FindsWrongPick()
    {
        SamplingParameters other = s_sampling with { Seed = Bytes32.Zero };
        Assert.NotNull(Reexecutor.Run(_shards, Request() with { Sampling = other }, CancellationToken.None).WrongPick);
    }

    [Fact]
    public void Run_LastPickChanged_IsFoundThoughNeverFed()
    {
        uint[] tokens = [.. Request().Tokens];
        tokens[^1] ^= 1;
        ReexecutionResult result = Reexecutor.Run(_shards, Request() with { Tokens = tokens }, CancellationToken.None);
        Assert.Equal(tokens.Length - 2, result.WrongPick!.Position);
        Assert.Equal(_run.TraceRoots, result.TraceRoots);
    }

    [Fact]
    public void FirstDifference_FlippedLeaves_NamesEarliestPositionThenShard()
    {
        ReexecutionResult result = Reexecutor.Run(_shards, Request(), CancellationToken.None);
        Bytes32[][] published = Leaves();
        published[2][6] = Bytes32.Zero;
        published[0][8] = Bytes32.Zero;
        published[1][6] = Bytes32.Zero;
        Assert.Equal((1, 6), Place(result.FirstDifference(published)));
        published = Leaves();
        published[2] = published[2][..^1];
        Assert.Equal((2, _run.Positions - 1), Place(result.FirstDifference(published)));
        published = Leaves();
        published[0] = [.. published[0], Bytes32.Zero];
        Assert.Equal((0, _run.Positions), Place(result.FirstDifference(published)));
    }

    [Fact]
    public void Run_FirstShardsOnly_GivesTheirLeavesWithoutPicks()
    {
        uint[] tokens = [.. Request().Tokens];
        tokens[^1] ^= 1;
        ReexecutionResult result = Reexecutor.Run(_shards[..2], Request() with { Tokens = tokens }, CancellationToken.None);
        Assert.Equal(_run.TraceRoots.Take(2), result.TraceRoots);
        Assert.Null(result.WrongPick);
    }

    [Fact]
    public void Run_SealedJob_AgreesUnderItsSaltsAndUnderNoOthers()
    {
        CommitmentSalts salts = new(Keccak256.Hash([1]));
        OfflineRunResult run = OfflineRunner.Run(
            _shards, EngineRuns.Prompt, new OfflineRunOptions { MaxTokens = 15, Sampling = s_sampling, Salts = salts }, CancellationToken.None);
        Bytes32[][] published = [.. run.Traces.Select(trace => trace.Leaves.ToArray())];

        Assert.Equal(_run.OutputTokens, run.OutputTokens);
        Assert.Equal(_run.LayerRoots, run.LayerRoots);
        Assert.Null(Reexecutor.Run(_shards, Request() with { Salts = salts, PrefillChunk = 4 }, CancellationToken.None).FirstDifference(published));
        Assert.Equal((0, 0), Place(Reexecutor.Run(_shards, Request(), CancellationToken.None).FirstDifference(published)));
        CommitmentSalts other = new(Keccak256.Hash([2]));
        Assert.Equal((0, 0), Place(Reexecutor.Run(_shards, Request() with { Salts = other }, CancellationToken.None).FirstDifference(published)));
        // Nothing that is hashed for one key is found again under another or without: neither leaves nor what they are made of.
        Assert.Empty(Commitments(run).Intersect(Commitments(_run)));
        Assert.Empty(Commitments(run).Intersect(Commitments(OfflineRunner.Run(
            _shards, EngineRuns.Prompt, new OfflineRunOptions { MaxTokens = 15, Sampling = s_sampling, Salts = other }, CancellationToken.None))));
    }

    [Fact]
    public void Run_SealedJobOnOneTwoAndFourShards_HasTheSameBoundaries()
    {
        CommitmentSalts salts = new(Keccak256.Hash([1]));
        OfflineRunResult[] runs =
        [
            .. new[] { 1, 2, 4 }.Select(shards => OfflineRunner.Run(
                _model, EngineRuns.Prompt, new OfflineRunOptions { MaxTokens = 8, Shards = shards, Salts = salts, Threads = 1 }, CancellationToken.None)),
        ];
        Dictionary<int, Bytes32[]> byLayer = [];
        foreach (ShardTrace trace in runs.SelectMany(run => run.Traces))
        {
            foreach ((int boundary, Bytes32[] roots) in (IEnumerable<(int, Bytes32[])>)
                [(trace.Range.First, [.. trace.Boundaries.Select(b => b.HIn)]), (trace.Range.End, [.. trace.Boundaries.Select(b => b.HOut)])])
            {
                if (!byLayer.TryAdd(boundary, roots))
                    Assert.Equal(byLayer[boundary], roots);
            }
        }

        Assert.Single(runs.Select(run => string.Join(',', run.OutputTokens)).Distinct());
        Assert.Equal([0, 1, 2, 3, 4], byLayer.Keys.Order());
    }

    [Fact]
    public void Run_JobsThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Reexecutor.Run(_shards, Request() with { Tokens = [1] }, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => Reexecutor.Run(_shards, Request() with { Tokens = new uint[70] }, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => Reexecutor.Run(_shards, Request() with { PromptTokens = 26 }, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => Reexecutor.Run(_shards, Request() with { Tokens = [1, 999, 3], PromptTokens = 1 }, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => Reexecutor.Run(_shards[1..], Request(), CancellationToken.None));
    }

    private static (int, int)? Place(TraceDifference? difference) =>
        difference is null ? null : (difference.Shard, difference.Position);

    private static IEnumerable<Bytes32> Commitments(OfflineRunResult run) => run.Traces.SelectMany(trace =>
        trace.Leaves.Concat(trace.KvRoots).Concat(trace.Boundaries.SelectMany(b => new[] { b.HIn, b.HOut })));

    private ReexecutionRequest Request() =>
        new([.. EngineRuns.Prompt, .. _run.OutputTokens], EngineRuns.Prompt.Length, s_sampling);

    private Bytes32[][] Leaves() => [.. _run.Traces.Select(trace => trace.Leaves.ToArray())];
}

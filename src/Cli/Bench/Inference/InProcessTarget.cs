using System.Diagnostics;
using TeeTee.Cli.Commands;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>The whole model in this process, sessions batched as a shard batches them.</summary>
internal sealed class InProcessTarget : IBenchTarget
{
    private readonly BenchPlan _plan;
    private readonly ShardModel _model;
    private readonly BatchScheduler _scheduler;

    public InProcessTarget(BenchPlan plan, ModelStoreOptions store)
    {
        _plan = plan;
        using CanonicalModel canonical = ModelFiles.OpenModel(plan.Model, store);
        _model = ModelFiles.Guard(plan.Model, () => ShardModel.Load(canonical, canonical.Config.AllLayers, plan.Threads, kernels: plan.Kernels));
        _scheduler = new BatchScheduler(_model);
        Cost = ModelCost.Read(plan.Model, canonical.Config);
    }

    public string Kernels => _model.KernelName;

    public ModelCost Cost { get; }

    public async Task<RoundFigures> RunAsync(int round, CancellationToken cancellationToken)
    {
        ShardSession[] sessions = [.. Enumerable.Range(0, _plan.Sessions).Select(_ => _model.CreateSession(_plan.Prompt + _plan.Generate, _plan.Trace))];
        try
        {
            long started = Stopwatch.GetTimestamp();
            uint[] first = await Task.WhenAll(sessions.Select((session, i) => PromptAsync(session, i, round, cancellationToken))).ConfigureAwait(false);
            TimeSpan prefill = Stopwatch.GetElapsedTime(started);

            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            started = Stopwatch.GetTimestamp();
            await Task.WhenAll(sessions.Select((session, i) => GenerateAsync(session, first[i], i, cancellationToken))).ConfigureAwait(false);
            TimeSpan decode = Stopwatch.GetElapsedTime(started);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            return new RoundFigures(
                prefill, decode, _plan.Generate * _plan.Sessions, allocated, [.. sessions.Select(session => session.Trace).OfType<TeeTee.Inference.Tracing.ShardTrace>().Select(trace => $"{trace.TraceRoot(trace.Count)}")]);
        }
        finally
        {
            foreach (ShardSession session in sessions)
                session.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        _model.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<uint> PromptAsync(ShardSession session, int index, int round, CancellationToken cancellationToken)
    {
        uint[] prompt = BenchPrompt.Create(_model.Config.VocabularySize, _plan.Prompt, index, round);
        StepResult result = await _scheduler.RunAsync(session, new BatchStep { Tokens = prompt, Pick = Sampling(index) }, cancellationToken).ConfigureAwait(false);
        return result.Token!.Value;
    }

    private async Task GenerateAsync(ShardSession session, uint first, int index, CancellationToken cancellationToken)
    {
        uint[] token = [first];
        BatchStep step = new() { Tokens = token, Pick = Sampling(index) };
        for (int i = 0; i < _plan.Generate; i++)
            token[0] = (await _scheduler.RunAsync(session, step, cancellationToken).ConfigureAwait(false)).Token!.Value;
    }

    private SamplingParameters Sampling(int index) =>
        _plan.Sampled ? SamplingParameters.AtTemperature(0.8, Sha256.Hash(BitConverter.GetBytes(index))) : SamplingParameters.MostLikely;
}

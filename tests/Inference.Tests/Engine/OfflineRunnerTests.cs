using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Engine;

public sealed class OfflineRunnerTests : IDisposable
{
    private readonly CanonicalModel _model = EngineRuns.Odd.Import();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Run_EverySplitThreadCountAndChunk_GivesTheSameBits()
    {
        OfflineRunResult expected = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 20, Threads = 1 });
        foreach (int shards in (int[])[1, 2, 4])
        {
            Bytes32[]? traceRoots = null;
            foreach ((int threads, int chunk) in ((int, int)[])[(1, 1), (2, 3), (1, 7), (2, 0)])
            {
                OfflineRunResult actual = EngineRuns.Run(
                    _model, new OfflineRunOptions { MaxTokens = 20, Shards = shards, Threads = threads, PrefillChunk = chunk });
                Assert.Equal(expected.OutputTokens, actual.OutputTokens);
                Assert.Equal(expected.LayerRoots, actual.LayerRoots);
                Assert.Equal(shards, actual.TraceRoots.Count);
                Assert.Equal(traceRoots ??= [.. actual.TraceRoots], actual.TraceRoots);
            }
        }
    }

    // Made by this engine, which the definition confirms bit for bit in ModelForwardTests; any machine must give it.
    [Fact]
    public void Run_SeededModel_HasGoldenTraceRoots()
    {
        OfflineRunResult run = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 20, Shards = 2 });
        Assert.Equal("0xb84fb45bbb46d17fb7999a6acf28ee269d222fc38a4153b3c044c9f22a7d4d79", run.TraceRoots[0].ToString());
        Assert.Equal("0x9ab0261c683f4fb19a7a6cc23c2f006eb3777af081a4f720e66027ea49d72c73", run.TraceRoots[1].ToString());
    }

    [Fact]
    public void Run_ScalarAndVectorKernels_GiveTheSameBits()
    {
        List<uint> scalarLogits = [], vectorLogits = [];
        OfflineRunResult scalar = EngineRuns.RunOn(_model, KernelSet.Scalar, Options(scalarLogits));
        OfflineRunResult vector = EngineRuns.RunOn(_model, KernelSet.Best, Options(vectorLogits));
        Assert.Equal(scalarLogits, vectorLogits);
        Assert.Equal(scalar.TraceRoots, vector.TraceRoots);
        Assert.Equal(scalar.LayerRoots, vector.LayerRoots);

        static OfflineRunOptions Options(List<uint> bits) => new()
        {
            MaxTokens = 12,
            Logits = (_, logits) => bits.AddRange(logits.ToArray().Select(BitConverter.SingleToUInt32Bits)),
        };
    }

    [Fact]
    public void Run_Positions_LeaveTheLastPickUnfed()
    {
        OfflineRunResult run = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 5, Shards = 2 });
        Assert.Equal(EngineRuns.Prompt.Length + 4, run.Positions);
        Assert.All(run.Traces, trace => Assert.Equal(run.Positions, trace.Count));
        Assert.Equal(FinishReason.Length, run.Finish);
    }

    [Fact]
    public void Run_NoTokens_RunsWholePrompt()
    {
        OfflineRunResult none = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 0 });
        OfflineRunResult one = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 1 });
        Assert.Empty(none.OutputTokens);
        Assert.Equal(EngineRuns.Prompt.Length, none.Positions);
        Assert.Equal(one.TraceRoots, none.TraceRoots);
    }

    [Fact]
    public void Run_StopToken_EndsAndCounts()
    {
        OfflineRunResult free = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 20 });
        uint stop = free.OutputTokens[3];
        int first = free.OutputTokens.ToList().IndexOf(stop);
        OfflineRunResult stopped = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 20, StopTokens = [stop] });
        Assert.Equal(free.OutputTokens.Take(first + 1), stopped.OutputTokens);
        Assert.Equal(FinishReason.Stop, stopped.Finish);
    }

    [Fact]
    public void Run_ContextReached_EndsByLength()
    {
        OfflineRunResult run = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 1000 });
        Assert.Equal(_model.Config.ContextLength - EngineRuns.Prompt.Length, run.OutputTokens.Count);
        Assert.Equal(FinishReason.Length, run.Finish);
    }

    [Fact]
    public void Run_Sampling_DependsOnSeedAndTemperatureOnly()
    {
        uint[] first = Sampled(1, 1.0), again = Sampled(1, 1.0), other = Sampled(2, 1.0), cold = Sampled(1, 1.0 / 1024);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal(EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 16 }).OutputTokens, cold);

        uint[] Sampled(byte seed, double temperature) => [.. EngineRuns.Run(_model, new OfflineRunOptions
        {
            MaxTokens = 16,
            Sampling = SamplingParameters.AtTemperature(temperature, new Bytes32([.. Enumerable.Repeat(seed, 32)])),
        }).OutputTokens];
    }

    [Fact]
    public void Run_TiedOutput_IsTheSameInEverySplit()
    {
        SyntheticModel shape = new() { Seed = 3, TiedOutput = true };
        using CanonicalModel tied = shape.Import();
        foreach (int shards in (int[])[1, 2])
        {
            OfflineRunResult run = EngineRuns.Run(tied, new OfflineRunOptions { MaxTokens = 10, Shards = shards });
            Assert.Equal(10, run.OutputTokens.Count);
            Assert.Equal(EngineRuns.Run(tied, new OfflineRunOptions { MaxTokens = 10 }).OutputTokens, run.OutputTokens);
        }
    }

    [Fact]
    public void Run_BadPrompts_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => EngineRuns.Run(_model, new OfflineRunOptions(), []));
        Assert.Throws<ArgumentException>(() => EngineRuns.Run(_model, new OfflineRunOptions(), new uint[65]));
        Assert.Throws<ArgumentException>(() => EngineRuns.Run(_model, new OfflineRunOptions(), [1, 320]));
        Assert.Throws<ArgumentOutOfRangeException>(() => EngineRuns.Run(_model, new OfflineRunOptions { Shards = 5 }));
    }

    [Fact]
    public void Run_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        OfflineRunOptions options = new() { MaxTokens = 20, TokenPicked = _ => source.Cancel() };
        Assert.Throws<OperationCanceledException>(() => OfflineRunner.Run(_model, EngineRuns.Prompt, options, source.Token));
    }
}

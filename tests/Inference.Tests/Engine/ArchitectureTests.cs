using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>Every architecture, and shapes whose widths are no multiples of 32, against the definition and against double precision.</summary>
public class ArchitectureTests
{
    // As in ModelForwardTests.
    private const double OracleBound = 0.03;

    private static readonly Dictionary<string, SyntheticModel> s_models = new()
    {
        ["llama"] = new() { Seed = 21, Embedding = 48, FeedForward = 80, Heads = 2, KvHeads = 1 },
        ["llama-wide-heads"] = new() { Seed = 22, Embedding = 48, FeedForward = 33, Heads = 3, KvHeads = 3, KeyLength = 24, RopeDimensions = 10, TiedOutput = true },
        ["qwen2"] = new() { Seed = 23, Architecture = "qwen2", Embedding = 56, FeedForward = 100, Layers = 3, Heads = 4, KvHeads = 2, TiedOutput = true },
        ["qwen2-untied"] = new() { Seed = 24, Architecture = "qwen2", Embedding = 64, Heads = 2, KvHeads = 1 },
        ["qwen3"] = new() { Seed = 25, Architecture = "qwen3", Embedding = 40, FeedForward = 72, Layers = 3, Heads = 4, KvHeads = 2, KeyLength = 24, TiedOutput = true, Epsilon = 1e-6f },
        ["qwen3-odd"] = new() { Seed = 26, Architecture = "qwen3", Embedding = 96, Heads = 5, KvHeads = 1, KeyLength = 20 },
    };

    public static TheoryData<string> Names => [.. s_models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_EveryKernelSet_EqualsTheDefinitionBitForBit(string name)
    {
        using CanonicalModel model = s_models[name].Import();
        foreach (KernelSet kernels in (KernelSet[])[KernelSet.Scalar, KernelSet.Best])
        {
            Dictionary<int, uint[]> logits = [];
            OfflineRunResult run = EngineRuns.RunOn(model, kernels, new OfflineRunOptions
            {
                MaxTokens = 4,
                PrefillChunk = 5,
                Logits = (position, values) => logits[position] = [.. values.ToArray().Select(BitConverter.SingleToUInt32Bits)],
            });
            ReferenceModel reference = new(model);
            uint[] tokens = [.. EngineRuns.Prompt, .. run.OutputTokens];
            for (int p = 0; p < run.Positions; p++)
                Assert.Equal(reference.Logits(reference.Run(tokens[p]).HOut).Select(BitConverter.SingleToUInt32Bits), logits[p]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_AgainstDoublePrecision_StaysInBound(string name)
    {
        using CanonicalModel model = s_models[name].Import();
        Assert.InRange(Error(model, new OracleModel(model)), 0, OracleBound);
    }

    // The bounds mean something: an oracle without biases and head norms, or with the other pairing, is far outside.
    [Theory]
    [InlineData("qwen2", true)]
    [InlineData("qwen3", true)]
    [InlineData("qwen2", false)]
    [InlineData("qwen3", false)]
    public void Run_AgainstWrongOracle_LeavesBound(string name, bool plainHeads)
    {
        using CanonicalModel model = s_models[name].Import();
        Assert.True(Error(model, new OracleModel(model, swapPairing: !plainHeads, plainHeads)) > 2 * OracleBound);
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Run_AnySplit_GivesTheSameRootsAndIsReexecuted(string name)
    {
        using CanonicalModel model = s_models[name].Import();
        OfflineRunResult whole = EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 9, Threads = 1 });
        ShardModel[] shards = [.. LayerRange.Split(3, 2).Select(range => ShardModel.Load(model, range, 2))];
        try
        {
            OfflineRunResult split = OfflineRunner.Run(shards, EngineRuns.Prompt, new OfflineRunOptions { MaxTokens = 9, PrefillChunk = 4 }, CancellationToken.None);
            Assert.Equal(whole.OutputTokens, split.OutputTokens);
            Assert.Equal(whole.LayerRoots, split.LayerRoots);
            ReexecutionResult again = Reexecutor.Run(
                shards, new ReexecutionRequest([.. EngineRuns.Prompt, .. split.OutputTokens], EngineRuns.Prompt.Length, new OfflineRunOptions().Sampling), CancellationToken.None);
            Assert.Null(again.WrongPick);
            Assert.Null(again.FirstDifference([.. split.Traces.Select(trace => trace.Leaves.ToArray())]));
        }
        finally
        {
            foreach (ShardModel shard in shards)
                shard.Dispose();
        }
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Expand_OtherThanLlama_IsRefusedByName(string name)
    {
        using CanonicalModel model = s_models[name].Import();
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 1);
        ExpansionRequest request = new() { Position = 0, HiddenIn = new float[model.Config.EmbeddingLength] };

        NotSupportedException refusal = Assert.Throws<NotSupportedException>(() => OperatorExpansion.Run(shard, request, CancellationToken.None));

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    private static double Error(CanonicalModel model, OracleModel oracle)
    {
        float[] actual = [];
        EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 1, Logits = (_, logits) => actual = logits.ToArray() });
        double[] expected = oracle.Logits(EngineRuns.Prompt);
        double squares = actual.Zip(expected, (a, e) => (a - e) * (a - e)).Sum();
        return Math.Sqrt(squares / expected.Sum(e => e * e));
    }
}

using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tests.Engine;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Disputes;

/// <summary>The scalar expansion gives the bits of the engine: what leaves, what is stored, the logits and the pick.</summary>
public class OperatorExpansionTests
{
    private static readonly SamplingParameters s_sampled = SamplingParameters.AtTemperature(0.7, Keccak256.Hash("expansion"u8));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(31, false)]
    [InlineData(32, true)]
    [InlineData(63, true)]
    public void Run_OddModel_EqualsTheEngine(int position, bool isSampled)
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        AssertEqual(model, [.. Enumerable.Range(0, 64).Select(i => (uint)(i * 29 % 320))], position, isSampled ? s_sampled : SamplingParameters.MostLikely);
    }

    [Fact]
    public void Run_DemoModel_EqualsTheEngine()
    {
        using CanonicalModel model = CanonicalModel.Import(Repository.PathOf("models", "demo", "teetee-demo.gguf"));
        uint[] tokens = model.Tokenizer.Encode("The quick brown fox jumps over the lazy dog, and then it sleeps for a long while in the warm sun.", addBos: true);
        AssertEqual(model, tokens, tokens.Length - 2, s_sampled);
    }

    [SharedFact("models/stories260K.cases.json")]
    public void Run_RealCheckpoint_EqualsTheEngine()
    {
        using CanonicalModel model = CanonicalModel.Import(Path.Combine(Repository.Shared, "models", "stories260K-q8_0.gguf"));
        uint[] tokens = model.Tokenizer.Encode("Once upon a time, there was a little girl who lived near a big tree.", addBos: true);
        AssertEqual(model, tokens, tokens.Length - 1, SamplingParameters.MostLikely);
    }

    [Fact]
    public void Run_MiddleShard_NeedsOnlyItsInputs()
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        using ShardModel whole = ShardModel.Load(model, model.Config.AllLayers, 2), above = ShardModel.Load(model, new LayerRange(0, 1), 2);
        using ShardModel middle = ShardModel.Load(model, new LayerRange(1, 2), 2);
        uint[] tokens = [4, 5, 6, 7];
        float[] hidden = OperatorExpansion.Inputs([above], tokens, throughLast: true, CancellationToken.None);
        using ExpandedPosition alone = Expand(middle, hidden, 3, null);
        float[] embedded = OperatorExpansion.Inputs([whole], tokens, throughLast: false, CancellationToken.None);
        using ExpandedPosition all = Expand(whole, embedded, 3, null);

        Assert.Equal(Bits(all.Outputs.Layers[2].FeedForwardResidual), Bits(alone.Outputs.Leaving));
        Assert.Equal(1, alone.Outputs.FirstLayer);
        Assert.Null(alone.Outputs.Final);
        Assert.Throws<ArgumentException>(() => Expand(middle, hidden, 3, SamplingParameters.MostLikely));
        Assert.Throws<ArgumentException>(() => Expand(middle, hidden, 2, null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ProveRow_EveryRow_OpensItsPosition(bool isSealed)
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        using ShardModel shard = ShardModel.Load(model, new LayerRange(0, 2), 2);
        CommitmentSalts? salts = isSealed ? new CommitmentSalts(Keccak256.Hash("s"u8)) : null;
        float[] hidden = OperatorExpansion.Inputs([shard], [4, 5, 6, 7], throughLast: false, CancellationToken.None);
        using ExpandedPosition expanded = OperatorExpansion.Run(
            shard, new ExpansionRequest { HiddenIn = hidden, Position = 3, Salts = salts }, CancellationToken.None);
        int opened = 0;
        for (int p = 0; p <= 3; p++)
        {
            foreach (int layer in (int[])[0, 1])
            {
                foreach (bool values in (bool[])[false, true])
                {
                    ProvenPage row = expanded.ProveRow(layer, values, 0, p);
                    ulong index = (ulong)(layer * 2 + (values ? 1 : 0));
                    Assert.True(KvCommitment.VerifyRow(expanded.Trace.KvRoots[p], 4, index, row.Content, row.Path));
                    Assert.Equal(48 + (isSealed ? 32 : 0), row.Content.Length);
                    opened++;
                }
            }
        }

        Assert.Equal(16, opened);
        Assert.Throws<ArgumentOutOfRangeException>(() => expanded.ProveRow(2, false, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => expanded.ProveRow(0, false, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => expanded.ProveRow(0, false, 0, 4));
    }

    [Fact]
    public void Forward_WithFault_EqualsTheExpansionWithIt()
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 2);
        uint[] tokens = [.. Enumerable.Range(3, 20).Select(i => (uint)i)];
        float[] hidden = OperatorExpansion.Inputs([shard], tokens, throughLast: false, CancellationToken.None);
        GateFault fault = new(position: 11);
        using ShardSession honest = shard.CreateSession(20), cheating = shard.CreateSession(20, fault: fault);
        honest.Forward(hidden, 20, (float[])hidden.Clone());
        cheating.Forward(hidden, 20, (float[])hidden.Clone());
        using ExpandedPosition expanded = OperatorExpansion.Run(
            shard, new ExpansionRequest { HiddenIn = hidden.AsMemory(0, 12 * 96), Position = 11, Fault = fault }, CancellationToken.None);

        Assert.Equal(honest.Trace!.Leaves.Take(11), cheating.Trace!.Leaves.Take(11));
        Assert.NotEqual(honest.Trace.Leaves[11], cheating.Trace.Leaves[11]);
        Assert.Equal(cheating.Trace.Leaves[11], expanded.Trace.Leaves[11]);
        // Later positions read the altered rows.
        Assert.NotEqual(honest.Trace.Leaves[12], cheating.Trace.Leaves[12]);
    }

    private static void AssertEqual(CanonicalModel model, uint[] tokens, int position, SamplingParameters sampling)
    {
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 2);
        using ShardSession session = shard.CreateSession(position + 1);
        float[] hidden = OperatorExpansion.Inputs([shard], tokens.AsSpan(0, position + 1), throughLast: false, CancellationToken.None);
        float[] leaving = new float[hidden.Length];
        session.Forward(hidden, position + 1, leaving);
        float[] last = leaving[^model.Config.EmbeddingLength..];
        float[] logits = new float[model.Config.VocabularySize];
        session.Logits(last, logits);

        using ExpandedPosition expanded = Expand(shard, hidden, position, sampling);
        FinalOutputs final = expanded.Outputs.Final!;
        Assert.Equal(Bits(last), Bits(expanded.Outputs.Leaving));
        Assert.Equal(session.Trace!.Leaves, expanded.Trace.Leaves);
        Assert.Equal(Bits(logits), Bits(final.Logits.Values));
        Assert.Equal(TokenPicker.Pick(logits, sampling, (uint)position + 1), SegmentBest.Winner(final.Bests));
        for (int layer = 0; layer < model.Config.LayerCount; layer++)
            AssertStored(session, expanded.Outputs.Layers[layer], layer, position);
    }

    /// <summary>The rows in the engine's cache are the expansion's.</summary>
    private static void AssertStored(ShardSession session, LayerOutputs layer, int number, int position)
    {
        for (int head = 0; head < layer.KeyRows.Length; head++)
        {
            Assert.Equal(Bytes(layer.KeyRows[head]), session.ProveKvRow(number, false, head, position).Content);
            Assert.Equal(Bytes(layer.ValueRows[head]), session.ProveKvRow(number, true, head, position).Content);
        }
    }

    private static ExpandedPosition Expand(ShardModel shard, float[] hidden, int position, SamplingParameters? sampling) =>
        OperatorExpansion.Run(shard, new ExpansionRequest { HiddenIn = hidden, Position = position, Sampling = sampling }, CancellationToken.None);

    private static byte[] Bytes(ushort[] halves) => [.. halves.SelectMany(BitConverter.GetBytes)];

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);

    private sealed class GateFault(int position) : IOperatorFault
    {
        public bool Affects(int at) => at == position;

        public void Alter(DisputeOperator op, int layer, int at, Span<float> values)
        {
            if (op == DisputeOperator.Gate && layer == 1)
                values[3] += 0.5f;
        }
    }
}

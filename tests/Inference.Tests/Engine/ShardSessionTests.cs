using System.Buffers.Binary;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Engine;

public sealed class ShardSessionTests : IDisposable
{
    private readonly CanonicalModel _model = EngineRuns.Odd.Import();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Forward_ContextFull_RejectsAndStands()
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 1);
        using ShardSession session = shard.CreateSession(4);
        float[] hidden = Embed(session, [1, 2, 3]);
        session.Forward(hidden, 3, new float[hidden.Length]);
        ContextFullException exception = Assert.Throws<ContextFullException>(
            () => session.Forward(hidden.AsSpan(0, 192), 2, new float[192]));
        Assert.Equal((3, 2, 4), (exception.Position, exception.Requested, exception.Capacity));
        Assert.Equal((3, 3), (session.Position, session.Trace!.Count));
        session.Forward(hidden.AsSpan(0, 96), 1, new float[96]);
        Assert.Equal(4, session.Position);
    }

    [Fact]
    public void CreateSession_BeyondContext_IsRefused()
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.CreateSession(_model.Config.ContextLength + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.CreateSession(0));
    }

    [Fact]
    public void Session_MiddleShard_RunsAloneOnUpstreamVectors()
    {
        using ShardModel whole = ShardModel.Load(_model, new LayerRange(0, 3), 1);
        using ShardModel first = ShardModel.Load(_model, new LayerRange(0, 1), 2);
        using ShardModel middle = ShardModel.Load(_model, new LayerRange(1, 2), 2);
        using ShardSession all = whole.CreateSession(8), head = first.CreateSession(8), tail = middle.CreateSession(8);
        float[] hidden = Embed(all, [5, 6, 7, 8, 9]);
        float[] expected = new float[hidden.Length], actual = new float[hidden.Length];
        all.Forward(hidden, 5, expected);
        head.Forward(hidden, 5, actual);
        tail.Forward(actual, 5, actual);
        Assert.Equal(Bits(expected), Bits(actual));
        Assert.Equal(all.LayerKvRoot(2), tail.LayerKvRoot(2));
        for (int p = 0; p < 5; p++)
            Assert.Equal(head.Trace!.Boundaries[p].HOut, tail.Trace!.Boundaries[p].HIn);
        Assert.Throws<InvalidOperationException>(() => Embed(tail, [1]));
        Assert.Throws<InvalidOperationException>(() => tail.Logits(actual.AsSpan(0, 96), new float[320]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tail.LayerKvRoot(0));
    }

    [Fact]
    public async Task Forward_ConcurrentSessions_DoNotMeet()
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        string[] alone = [.. Enumerable.Range(0, 4).Select(seed => Generate(shard, seed))];
        Task<string>[] together = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(() => Generate(shard, seed)))];
        Assert.Equal(alone, await Task.WhenAll(together).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(3e38f)]
    public void Forward_NonFiniteLater_EndsCleanlyAndCanGoOn(float bad)
    {
        using ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        using ShardSession session = shard.CreateSession(16), fresh = shard.CreateSession(16);
        float[] good = Embed(session, [4, 5, 6]);
        float[] spoiled = (float[])good.Clone();
        Array.Fill(spoiled, bad, 96, 96);
        Assert.Throws<NonFiniteException>(() => session.Forward(spoiled, 3, new float[good.Length]));
        // The position before the bad one stands.
        Assert.Equal((1, 1), (session.Position, session.Trace!.Count));
        float[] actual = new float[good.Length], expected = new float[good.Length];
        session.Forward(good.AsSpan(96), 2, actual.AsSpan(96));
        fresh.Forward(good, 3, expected);
        Assert.Equal(Bits(expected[96..]), Bits(actual[96..]));
        Assert.Equal(fresh.Trace!.TraceRoot(3), session.Trace!.TraceRoot(3));
    }

    [Fact]
    public void Forward_WeightsThatOverflow_EndWithNonFinite()
    {
        using CanonicalModel model = (EngineRuns.Odd with { Alter = LargeScales }).Import();
        NonFiniteException exception = Assert.Throws<NonFiniteException>(() => EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 1 }));
        Assert.Equal("fp16", exception.Operator);

        static byte[] LargeScales(string name, byte[] data)
        {
            for (int i = 0; name == "blk.1.attn_v.weight" && i < data.Length; i += 34)
                BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(i), 0x7BFF);
            return data;
        }
    }

    [Fact]
    public void TraceRoot_Truncated_EqualsShorterRun()
    {
        OfflineRunResult run = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 9 });
        OfflineRunResult shorter = EngineRuns.Run(_model, new OfflineRunOptions { MaxTokens = 4 });
        Assert.Equal(shorter.TraceRoots[0], run.Traces[0].TraceRoot(shorter.Positions));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Traces[0].TraceRoot(run.Positions + 1));
    }

    [Fact]
    public void Dispose_ModelBeforeSession_KeepsSessionUsable()
    {
        ShardModel shard = ShardModel.Load(_model, _model.Config.AllLayers, 2);
        ShardSession session = shard.CreateSession(4);
        shard.Dispose();
        float[] hidden = Embed(session, [1]);
        session.Forward(hidden, 1, hidden);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Forward(hidden, 1, hidden));
        Assert.Throws<ObjectDisposedException>(() => shard.CreateSession(1));
    }

    private static string Generate(ShardModel shard, int seed)
    {
        OfflineRunOptions options = new() { MaxTokens = 12 };
        OfflineRunResult run = OfflineRunner.Run([shard], [1, (uint)(40 + seed), 17], options, CancellationToken.None);
        return string.Join(',', run.OutputTokens) + run.TraceRoots[0];
    }

    private static float[] Embed(ShardSession session, uint[] tokens)
    {
        float[] hidden = new float[tokens.Length * session.Model.Config.EmbeddingLength];
        session.Embed(tokens, hidden);
        return hidden;
    }

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);
}

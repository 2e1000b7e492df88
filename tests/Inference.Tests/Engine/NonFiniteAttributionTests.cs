using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>A session fails with the same operator and element at the same position, however its positions are cut and whoever is beside it.</summary>
public class NonFiniteAttributionTests
{
    private const int Positions = 20;

    private static readonly float[] s_spoils = [float.NaN, float.NegativeInfinity, 3e38f, 1e19f, 4e18f, 1e15f];

    [Theory]
    [InlineData("", 0)]
    [InlineData("blk.1.attn_v.weight", 0x5400)]
    [InlineData("blk.2.attn_k.weight", 0x5400)]
    [InlineData("blk.0.attn_output.weight", 0x7BFF)]
    [InlineData("blk.3.ffn_up.weight", 0x7BFF)]
    public async Task Forward_AnyCutAndCompany_FailsAlike(string tensor, int scale)
    {
        using CanonicalModel model = (EngineRuns.Odd with { Alter = (name, data) => name == tensor ? Scaled(data, (ushort)scale) : data }).Import();
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 2);
        using BatchScheduler scheduler = new(shard);
        HashSet<string> seen = [];
        for (int seed = 0; seed < 12; seed++)
        {
            float[] vectors = Vectors(seed);
            string expected = Outcome(shard, vectors, chunk: 1);
            Assert.Equal(expected, Outcome(shard, vectors, chunk: 7));
            Assert.Equal(expected, Outcome(shard, vectors, chunk: Positions));
            Task<string> company = OutcomeAsync(scheduler, Vectors(seed + 100)), self = OutcomeAsync(scheduler, vectors);
            Assert.Equal(expected, await self.WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal(Outcome(shard, Vectors(seed + 100), Positions), await company.WaitAsync(TimeSpan.FromSeconds(60)));
            seen.Add(expected.Split(' ')[0]);
        }
        // The property would hold of a model that never fails, too.
        Assert.Contains(seen, name => name != "fine");
    }

    private static byte[] Scaled(byte[] data, ushort scale)
    {
        for (int i = 0; i < data.Length; i += 34 * 5)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(i), scale);
        return data;
    }

    private static float[] Vectors(int seed)
    {
        float[] vectors = new SeededNoise((ulong)seed, "vectors").Fill(Positions * 96, 1f);
        Random random = new(seed);
        for (int i = random.Next(3); i > 0; i--)
            vectors[random.Next(vectors.Length)] = s_spoils[random.Next(s_spoils.Length)];
        return vectors;
    }

    private static string Outcome(ShardModel shard, float[] vectors, int chunk)
    {
        using ShardSession session = shard.CreateSession(Positions);
        try
        {
            for (int start = 0; start < Positions; start += chunk)
            {
                int count = Math.Min(chunk, Positions - start);
                session.Forward(vectors.AsSpan(start * 96, count * 96), count, new float[count * 96]);
            }
            return Text(session, null);
        }
        catch (NonFiniteException failure)
        {
            return Text(session, failure);
        }
    }

    private static async Task<string> OutcomeAsync(BatchScheduler scheduler, float[] vectors)
    {
        using ShardSession session = scheduler.Model.CreateSession(Positions);
        try
        {
            BatchStep step = new() { HiddenIn = MemoryMarshal.AsBytes<float>(vectors).ToArray() };
            await scheduler.RunAsync(session, step, CancellationToken.None);
            return Text(session, null);
        }
        catch (NonFiniteException failure)
        {
            return Text(session, failure);
        }
    }

    private static string Text(ShardSession session, NonFiniteException? failure) =>
        $"{failure?.Operator ?? "fine"} {failure?.Index} at {session.Position}, {session.Trace!.TraceRoot(session.Position)}";
}

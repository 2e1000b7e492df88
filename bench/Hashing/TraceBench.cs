using System.Diagnostics;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;

/// <summary>
/// What the trace costs in the engine: two sessions of one model, one with and one without, take turns pass by pass, so that a noisy machine is as
/// unkind to the one as to the other.
/// </summary>
internal static class TraceBench
{
    private const int Chunk = 128;
    private const int Chunks = 12;
    private const int Steps = 200;

    public static void Run(string path)
    {
        using CanonicalModel model = CanonicalModel.Import(path);
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, threads: 2);
        using ShardSession on = shard.CreateSession(model.Config.ContextLength, trace: true);
        using ShardSession off = shard.CreateSession(model.Config.ContextLength, trace: false);
        Compare("prefill, 128 positions a pass", on, off, Chunk, Chunks);
        Compare("decode", on, off, 1, Steps);
    }

    private static void Compare(string name, ShardSession on, ShardSession off, int count, int turns)
    {
        float[] hidden = new float[count * on.Model.Config.EmbeddingLength];
        uint[] tokens = new uint[count];
        double[] ratios = new double[turns];
        double[] times = new double[turns];
        for (int turn = 0; turn < turns; turn++)
        {
            for (int i = 0; i < count; i++)
                tokens[i] = (uint)(1 + ((turn + i) % 1000));
            bool first = turn % 2 == 0;
            double a = Time(first ? on : off, tokens, hidden);
            double b = Time(first ? off : on, tokens, hidden);
            (times[turn], ratios[turn]) = first ? (b, b / a) : (a, a / b);
        }
        Array.Sort(ratios);
        Array.Sort(times);
        Console.WriteLine($"{name}: speed with trace / without: median {ratios[turns / 2]:P2} [{ratios[turns / 4]:P2}..{ratios[3 * turns / 4]:P2}], {count / times[turns / 2]:F1} positions/s without");
    }

    private static double Time(ShardSession session, uint[] tokens, float[] hidden)
    {
        session.Embed(tokens, hidden);
        long start = Stopwatch.GetTimestamp();
        session.Forward(hidden, tokens.Length, hidden);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

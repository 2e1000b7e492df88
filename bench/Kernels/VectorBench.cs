using System.Diagnostics;
using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Bench.Kernels;

/// <summary>One thread's cost of the operators between the matrix products, in every width; medians of interleaved rounds.</summary>
internal static class VectorBench
{
    private const int Rounds = 7;
    private const int Width = 2048;
    private const int Vocabulary = 32_000;

    /// <summary>Attention, per pair of a query and a key.</summary>
    public static void RunAttention()
    {
        Random random = new(1);
        Attention(random, "prefill 512, 8 heads of 64 per kv head", positions: 512, dimension: 64, heads: 8, perCall: 16, from: 0);
        Attention(random, "prefill 512, 4 heads of 128 per kv head", positions: 512, dimension: 128, heads: 4, perCall: 32, from: 0);
        Attention(random, "decode at 512, 8 heads of 64", positions: 512, dimension: 64, heads: 8, perCall: 1, from: 511);
        Attention(random, "decode at 4096, 8 heads of 64", positions: 4096, dimension: 64, heads: 8, perCall: 1, from: 4095);
        Attention(random, "decode at 512, 1 head of 128", positions: 512, dimension: 128, heads: 1, perCall: 1, from: 511);
    }

    /// <summary>The other operators, at the widths of the 1.1B shape.</summary>
    public static void RunOperators()
    {
        Random random = new(2);
        float[] x = Fill(random, Width), w = Fill(random, Width), y = new float[Width], cosines = Fill(random, 32), sines = Fill(random, 32);
        float[] gate = Fill(random, 5632), up = Fill(random, 5632), gated = new float[5632], logits = Fill(random, Vocabulary);
        sbyte[] q = new sbyte[5632];
        float[] scales = new float[176];
        int[] sums = new int[176];
        ushort[] halves = new ushort[Width];
        GumbelNoise noise = new(new byte[GumbelNoise.SeedBytes], 7);
        Report("quantize 5632", kernels => kernels.Quantize(up, q, scales, sums));
        Report("rmsNorm 2048", kernels => kernels.RmsNorm(x, w, 1e-5f, y));
        Report("siluGate 5632", kernels => kernels.SiluGate(gate, up, gated));
        Report("residual 2048", kernels => kernels.Residual(y, x));
        Report("rope 32 x 64, pairs", kernels => kernels.Rotate(x, 64, cosines, sines, halfSplit: false));
        Report("rope 32 x 64, halves", kernels => kernels.Rotate(w, 64, cosines, sines, halfSplit: true));
        Report("fp16 2048", kernels => kernels.StoreHalves(up.AsSpan(0, Width), halves));
        Report("greedy 32000", kernels => kernels.Greedy(logits, 0));
        Report("sample 32000", kernels => kernels.Sample(logits, 0, 1.25f, noise));
    }

    /// <summary>All query positions of a kv head, some per call as the engine asks; per (query, key) pair.</summary>
    private static void Attention(Random random, string name, int positions, int dimension, int heads, int perCall, int from)
    {
        int pageCount = (positions + AttentionBlock.PagePositions - 1) / AttentionBlock.PagePositions;
        int headHalves = dimension * AttentionBlock.PagePositions, pageHalves = 2 * headHalves;
        using NativeBuffer<ushort> memory = new((long)pageCount * pageHalves);
        foreach (ref ushort half in memory.Slice(0, pageCount * pageHalves))
            half = Fp16.FromSingle(random.NextSingle() - 0.5f);
        nint[] pages = [.. Enumerable.Range(0, pageCount).Select(i => memory.AddressOf((long)i * pageHalves))];
        // The rows of four such groups lie beside each other, as in a model.
        int stride = 4 * heads * dimension;
        using NativeBuffer<float> query = new((long)positions * stride), output = new((long)positions * stride);
        Fill(random, positions * stride).CopyTo(query.Slice(0, positions * stride));
        using NativeBuffer<float> scratch = new(AttentionBlock.ScratchLength(positions, dimension));
        double pairs = Enumerable.Range(from, positions - from).Sum(p => (double)heads * (p + 1));
        Report(name, Attend, pairs);

        void Attend(IVectorKernels kernels)
        {
            for (int first = from; first < positions; first += perCall)
            {
                kernels.Attend(
                    new AttentionBlock
                    {
                        Pages = pages,
                        KeyOffset = 0,
                        ValueOffset = headHalves,
                        Dimension = dimension,
                        FirstPosition = first,
                        Count = perCall,
                        Heads = heads,
                        Scale = 0.125f,
                        Query = query.Slice((long)first * stride, (perCall - 1) * stride + heads * dimension),
                        QueryStride = stride,
                        Output = output.Slice((long)first * stride, (perCall - 1) * stride + heads * dimension),
                        OutputStride = stride,
                        Scratch = scratch.Slice(0, (int)scratch.Length),
                    },
                    out _).Require();
            }
        }
    }

    private static void Report(string name, Action<IVectorKernels> action, double parts = 0)
    {
        List<IVectorKernels> all = [.. KernelCatalog.Vectors.Runnable()];
        double[][] times = [.. all.Select(_ => new double[Rounds])];
        int[] calls = [.. all.Select(kernels => Calls(() => action(kernels)))];
        for (int round = 0; round < Rounds; round++)
        {
            for (int k = 0; k < all.Count; k++)
                times[k][round] = Time(() => action(all[k]), calls[k]);
        }
        string unit = parts > 0 ? "ns per pair" : "us";
        double divisor = parts > 0 ? parts : 1000;
        Console.WriteLine($"{name,-40} [{unit}] " + string.Join("  ", all.Select((kernels, k) =>
            $"{kernels.Name} {times[k].Order().ElementAt(Rounds / 2) / divisor:F2} ({times[k].Min() / divisor:F2})")));
    }

    private static int Calls(Action action)
    {
        int calls = 1;
        for (action(); Time(action, calls) * calls < 10e6 && calls < 1 << 20;)
            calls *= 2;
        return calls;
    }

    private static double Time(Action action, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
    }

    private static float[] Fill(Random random, int count)
    {
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
            value = (random.NextSingle() - 0.5f) * 2;
        return values;
    }
}

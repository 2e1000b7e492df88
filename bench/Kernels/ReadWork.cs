using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TeeTee.Inference.Kernels;

namespace TeeTee.Bench.Kernels;

/// <summary>Reads memory and does nothing with it, one sequential stream per item: what a product could reach at most.</summary>
internal sealed unsafe class ReadWork(byte* memory, long bytes, int streams, bool prefetch) : IPoolWork
{
    private const int Step = 256;

    private ulong _sink;

    public void Execute(int item, int worker)
    {
        byte* from = memory + bytes / streams / Step * Step * item;
        byte* end = from + bytes / streams / Step * Step;
        Vector256<ulong> a = default, b = default, c = default, d = default;
        for (; from < end; from += Step)
        {
            for (int line = 0; line < Step && prefetch; line += 64)
                Sse.Prefetch0(from + TileLayout.PrefetchBytes + line);
            a ^= Vector256.Load((ulong*)from) ^ Vector256.Load((ulong*)(from + 32));
            b ^= Vector256.Load((ulong*)(from + 64)) ^ Vector256.Load((ulong*)(from + 96));
            c ^= Vector256.Load((ulong*)(from + 128)) ^ Vector256.Load((ulong*)(from + 160));
            d ^= Vector256.Load((ulong*)(from + 192)) ^ Vector256.Load((ulong*)(from + 224));
        }
        Interlocked.Add(ref _sink, Vector256.Sum(a ^ b ^ c ^ d));
    }
}

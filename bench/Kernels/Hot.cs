using System.Diagnostics;
using TeeTee.Inference.Kernels;

namespace TeeTee.Bench.Kernels;

internal static unsafe class Hot
{
    public static void Run(int blocks)
    {
        (string, IMatrixKernel)[] kernels =
        [
            
            ("512", new Matrix512Kernel()),
            ("256", new Matrix256Kernel<SignDot, NibbleDot>("avx2")),
        ];
        using NativeBuffer<byte> tile = new(blocks * 544 + 8192);
        using NativeBuffer<byte> group = new(blocks * 320);
        using NativeBuffer<float> y = new(128);
        new Random(1).NextBytes(tile.Slice(0, (int)tile.Length));
        new Random(2).NextBytes(group.Slice(0, (int)group.Length));
        for (int b = 0; b < blocks; b++)
        {
            for (int r = 0; r < 16; r++)
            {
                ((ushort*)(tile.Pointer + b * 544 + 512))[r] = 0x2400;
                ((ushort*)(tile.Pointer + b * 288 + 256))[r] = 0x2400;
            }
        }
        for (int i = 0; i < blocks * 80; i++)
            ((float*)group.Pointer)[i] = 1f;
        foreach (WeightPacking packing in (WeightPacking[])[WeightPacking.Q8, WeightPacking.Q4])
        {
            foreach (int n in (int[])[1, 2, 3, 4, 6, 8])
            {
                double[][] gops = [.. kernels.Select(_ => new double[7])];
                for (int round = 0; round < 7; round++)
                {
                    for (int k = 0; k < kernels.Length; k++)
                    {
                        int Calls = 128000 / blocks;
                        long start = Stopwatch.GetTimestamp();
                        for (int i = 0; i < Calls; i++)
                            kernels[k].Item2.Multiply(packing, tile.Pointer, blocks, group.Pointer, n, y.Pointer, 16);
                        gops[k][round] = 2.0 * 16 * 32 * blocks * n * Calls / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
                    }
                }
                Console.WriteLine($"{packing} n={n} " + string.Join("  ", kernels.Select((k, i) => $"{k.Item1} {gops[i].Order().ElementAt(3):F0} (max {gops[i].Max():F0})")));
            }
        }
    }
}

using TeeTee.Inference.Kernels;

namespace TeeTee.Bench.Kernels;

/// <summary>Many positions times matrices out of memory.</summary>
internal static class PrefillBench
{
    public static void Run()
    {
        foreach (int threads in (int[])[1, 2])
        {
            foreach ((int rows, int columns) in ((int, int)[])[(5632, 2048)])
                Run(rows, columns, threads);
        }
    }

    private static void Run(int rows, int columns, int threads)
    {
        Console.WriteLine($"prefill {rows}x{columns}, {threads} threads");
        using WorkerPool pool = new(threads);
        Rounds rounds = new(5, "GOPS");
        List<IDisposable> owned = [];
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            Weights weights = new(packing, rows, columns, copies: 4);
            owned.Add(weights);
            foreach (int positions in (int[])[4, 8, 16, 512])
            {
                QuantizedBatch batch = Weights.Activations(positions, columns);
                NativeBuffer<float> output = new((long)rows * positions);
                owned.AddRange([batch, output]);
                PackedMatrix[] matrices = positions > 64 ? weights.Matrices[..1] : weights.Matrices;
                foreach (IMatrixKernel kernel in KernelCatalog.Matrix.Runnable().SkipLast(2))
                {
                    rounds.Add($"{packing} {kernel.Name}, {positions} positions", 2.0 * rows * columns * positions * matrices.Length, () =>
                    {
                        foreach (PackedMatrix matrix in matrices)
                            MatrixProduct.Run(pool, kernel, batch, positions, new MatrixProduct(matrix, output));
                    });
                }
            }
        }
        rounds.Run();
        owned.ForEach(item => item.Dispose());
    }
}

using TeeTee.Inference.Kernels;

namespace TeeTee.Bench.Kernels;

/// <summary>One position times matrices out of memory, beside plain reads of the same memory.</summary>
internal static unsafe class DecodeBench
{
    private static readonly (int Rows, int Columns)[] s_shapes = [(2048, 2048), (5632, 2048), (2048, 5632), (32_000, 2048)];

    public static void Run()
    {
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            foreach (int threads in (int[])[1, 2])
                Run(packing, threads);
        }
        RunBesideBusyThread();
    }

    private static void Run(WeightPacking packing, int threads)
    {
        Console.WriteLine($"decode {packing}, {threads} threads");
        using WorkerPool pool = new(threads);
        Rounds rounds = new(7, "GB/s");
        List<IDisposable> owned = [];
        foreach ((int rows, int columns) in s_shapes)
        {
            Weights weights = new(packing, rows, columns);
            QuantizedBatch batch = Weights.Activations(1, columns);
            NativeBuffer<float> output = new(rows);
            owned.AddRange([weights, batch, output]);
            if (owned.Count == 3)
            {
                foreach (ReadLoop loop in ReadLoop.Available)
                {
                    ReadWork read = new(loop, weights.Memory.Pointer, weights.Memory.Length, threads);
                    rounds.Add($"read, {loop.Name}", weights.Memory.Length, () => pool.Run(threads, read));
                }
            }
            foreach (IMatrixKernel kernel in KernelCatalog.Matrix.Runnable().SkipLast(2))
            {
                rounds.Add($"{kernel.Name} {rows}x{columns}", weights.Memory.Length, () =>
                {
                    foreach (PackedMatrix matrix in weights.Matrices)
                        MatrixProduct.Run(pool, kernel, batch, 1, new MatrixProduct(matrix, output));
                });
            }
        }
        rounds.Run();
        owned.ForEach(item => item.Dispose());
    }

    // Two threads of the pool and one that never rests, on whatever cores there are.
    private static void RunBesideBusyThread()
    {
        const int Rows = 2048, Columns = 2048;
        Console.WriteLine("decode Q8, 2 threads, alone and beside a busy foreign thread");
        using WorkerPool pool = new(2);
        using Weights weights = new(WeightPacking.Q8, Rows, Columns);
        using QuantizedBatch batch = Weights.Activations(1, Columns);
        using NativeBuffer<float> output = new(Rows);
        Rounds rounds = new(7, "GB/s");
        foreach (bool busy in (bool[])[false, true])
        {
            rounds.Add(busy ? "beside it" : "alone", 8.0 * weights.Memory.Length, () =>
            {
                bool stop = !busy;
                Thread hog = new(() => SpinUntil(ref stop));
                hog.Start();
                for (int i = 0; i < 8 * weights.Matrices.Length; i++)
                    MatrixProduct.Run(pool, KernelSet.Managed.Matrix, batch, 1, new MatrixProduct(weights.Matrices[i % weights.Matrices.Length], output));
                Volatile.Write(ref stop, true);
                hog.Join();
            });
        }
        rounds.Run();
    }

    private static void SpinUntil(ref bool stop)
    {
        while (!Volatile.Read(ref stop))
        {
        }
    }
}

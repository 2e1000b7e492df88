using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Bench.Kernels;

/// <summary>Every kernel alone, on one tile and one group that stay in the caches: what the instructions allow.</summary>
internal static unsafe class TileBench
{
    private const int Columns = 2048;
    private const int Calls = 500;

    public static void Run()
    {
        Console.WriteLine("tile, 1 thread");
        Rounds rounds = new(9, "GOPS");
        List<IDisposable> owned = [];
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            Weights weights = new(packing, TileLayout.Rows, Columns, copies: 1);
            owned.Add(weights);
            for (int positions = 1; positions <= ActivationGroup.MaxPositions; positions++)
            {
                QuantizedBatch batch = Weights.Activations(positions, Columns);
                NativeBuffer<float> output = new(TileLayout.Rows * positions);
                owned.AddRange([batch, output]);
                foreach (IMatrixKernel kernel in KernelCatalog.Matrix.Runnable().SkipLast(2))
                    Add(rounds, kernel, weights.Matrices[0], batch, output);
            }
        }
        rounds.Run();
        owned.ForEach(item => item.Dispose());
    }

    private static void Add(Rounds rounds, IMatrixKernel kernel, PackedMatrix matrix, QuantizedBatch batch, NativeBuffer<float> output)
    {
        int positions = batch.Rows;
        rounds.Add($"{matrix.Packing} {kernel.Name}, {positions} positions", 2.0 * TileLayout.Rows * Columns * positions * Calls, () =>
        {
            for (int i = 0; i < Calls; i++)
                kernel.Multiply(matrix.Packing, matrix.Tile(0), Columns / BlockQuantizer.BlockSize, batch.Group(0), positions, output.Pointer, TileLayout.Rows);
        });
    }
}

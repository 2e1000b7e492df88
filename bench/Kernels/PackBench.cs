using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Bench.Kernels;

/// <summary>From canonical rows to tiles and back, in bytes of canonical form, source and target in memory that is already there.</summary>
internal static class PackBench
{
    private const int Rows = 2048;
    private const int Blocks = 64;

    public static void Run()
    {
        Console.WriteLine("pack, 1 thread");
        Rounds rounds = new(9, "GB/s");
        List<IDisposable> owned = [];
        int tileBytes = TileLayout.Rows * Blocks * MatrixVector.BlockBytes;
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            byte[] source = Weights.Rows(packing, Rows, Blocks);
            byte[] row = new byte[Blocks * MatrixVector.BlockBytes];
            PackedMatrix matrix = new(source, Rows, Blocks);
            owned.Add(matrix);
            if (packing == WeightPacking.Q4)
                rounds.Add("Q4 choose", source.Length, () => PackedMatrix.Choose(source));
            rounds.Add($"{packing} pack", source.Length, () =>
            {
                for (int tile = 0; tile < matrix.Tiles; tile++)
                    matrix.PackTile(tile, source.AsSpan(tile * tileBytes, tileBytes));
            });
            rounds.Add($"{packing} copy rows", source.Length, () =>
            {
                for (int i = 0; i < Rows; i++)
                    matrix.CopyRow(i, row);
            });
        }
        rounds.Run();
        owned.ForEach(item => item.Dispose());
    }
}

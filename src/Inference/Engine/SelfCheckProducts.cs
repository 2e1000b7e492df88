using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>Matrix products of the self-check: every width of a group, alone and as the tail behind a whole one.</summary>
internal static class SelfCheckProducts
{
    private const int Rows = 40;
    private const int Columns = 200;
    private const int MostPositions = 2 * ActivationGroup.MaxPositions;

    /// <summary>The hash of the products of 1 to 16 positions.</summary>
    /// <param name="kernels">Quantise and multiply.</param>
    /// <param name="weights">Makes that many Q8_0 blocks.</param>
    /// <param name="seed">Stream of the first position's activations.</param>
    public static ulong Hash(KernelSet kernels, Func<int, byte[]> weights, uint seed)
    {
        int blocks = BlockQuantizer.BlocksOf(Columns);
        using PackedMatrix matrix = new(weights(Rows * blocks), Rows, blocks);
        using QuantizedBatch batch = new(MostPositions, blocks);
        using NativeBuffer<float> output = new(MostPositions * Rows);
        using WorkerPool inline = new(1);
        float[][] inputs = [.. Enumerable.Range(0, MostPositions).Select(t => Input((uint)t, seed))];
        ulong hash = Fnv1a.SweepStart;
        for (int positions = 1; positions <= MostPositions; positions++)
        {
            batch.Shape(Columns, positions);
            for (int t = 0; t < positions; t++)
                batch.Write(t, inputs[t], kernels.Vectors).Require();
            MatrixProduct.Run(inline, kernels.Matrix, batch, positions, new MatrixProduct(matrix, output));
            hash = SelfCheckInputs.Hash(output.Slice(0, positions * Rows), hash);
        }
        return hash;
    }

    private static float[] Input(uint position, uint seed) =>
        position % 2 == 0 ? SelfCheckInputs.Even(Columns, seed + position) : SelfCheckInputs.Wide(Columns, seed + position);
}

using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>Weights, activations and the definition's results for tests of matrix kernels.</summary>
internal static class KernelCases
{
    /// <summary>Every kernel that this machine runs, and AVX-VNNI's with its one instruction replaced.</summary>
    public static IReadOnlyList<IMatrixKernel> AllKernels { get; } =
        [.. KernelCatalog.Matrix.Runnable(), .. Avx2.IsSupported ? [new Matrix256Kernel<ExactDot, ExactDot>("avxvnni, stand-in")] : (IMatrixKernel[])[]];

    /// <summary>Blocks of the self-check, which hold every byte and every kind of scale; at Q4 with four bits of each quant.</summary>
    public static byte[] Weights(WeightPacking packing, int blocks)
    {
        byte[] weights = SelfCheckInputs.Weights(blocks);
        for (int i = 0; i < weights.Length && packing == WeightPacking.Q4; i++)
            weights[i] = i % MatrixVector.BlockBytes < 2 ? weights[i] : (byte)((sbyte)weights[i] >> 4);
        return weights;
    }

    /// <summary>Every third position has a block of zeros, every fourth one of tiny values.</summary>
    public static float[] Input(int columns, int t)
    {
        float[] x = t % 2 == 0 ? SelfCheckInputs.Even(columns, 100 + (uint)t) : SelfCheckInputs.Wide(columns, 100 + (uint)t);
        for (int i = 0; i < Math.Min(32, columns) && (t % 3 == 2 || t % 4 == 3); i++)
            x[i] *= t % 3 == 2 ? 0f : 1e-38f;
        return x;
    }

    public static uint[] Reference(byte[] weights, int rows, int blocks, float[][] inputs)
    {
        List<uint> results = [];
        foreach (float[] input in inputs)
        {
            sbyte[] q = new sbyte[blocks * BlockQuantizer.BlockSize];
            float[] scales = new float[blocks];
            BlockQuantizer.Quantize(input, q, scales);
            for (int row = 0; row < rows; row++)
                results.Add(Bits(MatrixVector.Accumulate(Row(weights, row, blocks), q, scales, 0f)));
        }
        return [.. results];
    }

    public static float[] Product(IMatrixKernel kernel, int threads, byte[] weights, int rows, int blocks, float[][] inputs)
    {
        using WorkerPool pool = new(threads);
        using PackedMatrix matrix = new(weights, rows, blocks);
        using QuantizedBatch batch = Batch(inputs);
        using NativeBuffer<float> output = new((long)inputs.Length * rows);
        MatrixProduct.Run(pool, kernel, batch, inputs.Length, new MatrixProduct(matrix, output));
        return output.Slice(0, inputs.Length * rows).ToArray();
    }

    public static QuantizedBatch Batch(float[][] inputs)
    {
        QuantizedBatch batch = new(inputs.Length, BlockQuantizer.BlocksOf(inputs[0].Length));
        batch.Shape(inputs[0].Length, inputs.Length);
        for (int t = 0; t < inputs.Length; t++)
            batch.Write(t, inputs[t], KernelSet.Scalar.Vectors).Require();
        return batch;
    }

    public static ReadOnlySpan<byte> Row(byte[] weights, int row, int blocks) =>
        weights.AsSpan(row * blocks * MatrixVector.BlockBytes, blocks * MatrixVector.BlockBytes);

    public static uint[] Bits(IEnumerable<float> values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];

    /// <summary>A block whose quants are all the same.</summary>
    public static byte[] Block(ushort scale, sbyte quant)
    {
        byte[] block = new byte[MatrixVector.BlockBytes];
        block.AsSpan(2).Fill((byte)quant);
        BinaryPrimitives.WriteUInt16LittleEndian(block, scale);
        return block;
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}

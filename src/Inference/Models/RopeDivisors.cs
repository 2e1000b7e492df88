using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models;

/// <summary>The divisors of rotary angles, one per pair: all equal, or those of rope_freqs.weight.</summary>
internal static class RopeDivisors
{
    public const string TensorName = "rope_freqs.weight";

    /// <exception cref="ModelException">The tensor's type or shape is wrong, or a divisor is out of range.</exception>
    public static float[] Read(GgufFile file, ModelConfig config)
    {
        float[] divisors = ReadUnchecked(file, config);
        int bad = Array.FindIndex(divisors, static divisor => !RopeTable.IsSupportedDivisor(divisor));
        return bad < 0
            ? divisors
            : throw new ModelException($"Rotary divisor {bad} is {divisors[bad]}, it must be in [2^-10, 2^64].");
    }

    private static float[] ReadUnchecked(GgufFile file, ModelConfig config)
    {
        float[] divisors = new float[config.RopeDimensions / 2];
        Array.Fill(divisors, BitConverter.UInt32BitsToSingle(config.RopeScalingFactorBits));
        if (config.RopeScaling != RopeScalingKind.Llama3)
            return divisors;
        GgufTensor tensor = file.GetTensor(TensorName);
        if (tensor.Type != GgufType.F32 || tensor.Rows != 1 || tensor.Columns != divisors.Length)
            throw new ModelException(
                $"{TensorName} is {tensor.Type} [{tensor.Rows} x {tensor.Columns}], it must be F32 [1 x {divisors.Length}].");
        byte[] bytes = new byte[divisors.Length * sizeof(float)];
        file.ReadRows(tensor, 0, bytes);
        for (int i = 0; i < divisors.Length; i++)
            divisors[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        return divisors;
    }
}

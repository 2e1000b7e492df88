using System.Buffers.Binary;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine;

/// <summary>Fixed inputs of the self-check, drawn from Philox by stream number.</summary>
internal static class SelfCheckInputs
{
    private const float Unit = 1f / 2_147_483_648f;

    /// <summary>Values spread evenly over [-1, 1].</summary>
    public static float[] Even(int count, uint stream)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (int)Word(i, stream) * Unit;
        return values;
    }

    /// <summary>Values of all magnitudes from 2^-40 to 2^8, with both zeros.</summary>
    public static float[] Wide(int count, uint stream)
    {
        float[] values = Even(count, stream);
        for (int i = 0; i < count; i++)
            values[i] = i % 17 == 16 ? values[i] * 0f : MathF.ScaleB(values[i], 8 - i % 7 * 8 + i % 3);
        return values;
    }

    /// <summary>Finite halves of all magnitudes up to about 1, subnormal ones included.</summary>
    public static ushort[] Halves(int count, uint stream)
    {
        ushort[] halves = new ushort[count];
        for (int i = 0; i < count; i++)
            halves[i] = (ushort)(Word(i, stream) & 0xBBFF);
        return halves;
    }

    /// <summary>Q8_0 blocks with every byte value, -128 included, and scales of both signs, zero and subnormal included.</summary>
    public static byte[] Weights(int blocks)
    {
        byte[] data = new byte[blocks * MatrixVector.BlockBytes];
        ushort[] scales = Halves(blocks, 30);
        for (int b = 0; b < blocks; b++)
        {
            Span<byte> block = data.AsSpan(b * MatrixVector.BlockBytes, MatrixVector.BlockBytes);
            for (int i = 2; i < block.Length; i++)
                block[i] = (byte)Word(b * MatrixVector.BlockBytes + i, 31);
            block[2 + b % 32] = 0x80;
            ushort scale = (b % 9) switch { 3 => 0, 5 => 0x8001, 7 => 0x03FF, _ => scales[b] };
            BinaryPrimitives.WriteUInt16LittleEndian(block, scale);
        }
        return data;
    }

    /// <summary>Blocks of the same scales whose quants lie in [-8, 7], as those of a Q4_0 tensor.</summary>
    public static byte[] Nibbles(int blocks)
    {
        byte[] data = Weights(blocks);
        for (int i = 0; i < data.Length; i++)
        {
            if (i % MatrixVector.BlockBytes >= 2)
                data[i] = (byte)((data[i] & 15) - 8);
        }
        return data;
    }

    public static ulong Hash(ReadOnlySpan<float> values, ulong hash = Fnv1a.SweepStart)
    {
        foreach (float value in values)
            hash = Fnv1a.Add(hash, BitConverter.SingleToUInt32Bits(value));
        return hash;
    }

    private static uint Word(int index, uint stream) => Philox4x32.Generate((uint)index, stream, 0, 0, 0x5445_4554, 0x4545_0001).W0;
}

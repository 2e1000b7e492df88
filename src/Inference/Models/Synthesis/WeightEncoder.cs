using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models.Synthesis;

/// <summary>
/// Encodes rows of made-up weights in the types that model files use. Blocks are what a simple quantiser makes of the numbers: scales from
/// the extremes, no search for better ones. Not for real weights, where converters do more.
/// </summary>
internal static class WeightEncoder
{
    private const int SuperBlock = 256;

    /// <summary>The types that can be written.</summary>
    public static IReadOnlyList<GgufType> Types { get; } =
        [GgufType.F32, GgufType.F16, GgufType.BF16, GgufType.Q8_0, GgufType.Q4_0, GgufType.Q4_K, GgufType.Q5_K, GgufType.Q6_K];

    /// <summary>Encodes one row whose length is a multiple of the type's block.</summary>
    public static void Encode(GgufType type, ReadOnlySpan<float> row, Span<byte> destination)
    {
        switch (type)
        {
            case GgufType.F32:
                for (int i = 0; i < row.Length; i++)
                    BinaryPrimitives.WriteSingleLittleEndian(destination[(i * 4)..], row[i]);
                break;
            case GgufType.F16:
                for (int i = 0; i < row.Length; i++)
                    BinaryPrimitives.WriteHalfLittleEndian(destination[(i * 2)..], (Half)row[i]);
                break;
            case GgufType.BF16:
                for (int i = 0; i < row.Length; i++)
                    BinaryPrimitives.WriteUInt16LittleEndian(destination[(i * 2)..], (ushort)(BitConverter.SingleToUInt32Bits(row[i]) >> 16));
                break;
            case GgufType.Q8_0:
                if (!ImportQuantizer.TryQuantizeRow(row, destination))
                    throw new ArgumentException("An element is not finite or too large for Q8_0.", nameof(row));
                break;
            case GgufType.Q4_0:
                ForEachBlock(row, destination, 32, 18, EncodeQ4);
                break;
            case GgufType.Q4_K:
                ForEachBlock(row, destination, SuperBlock, 144, static (x, block) => EncodeWithMinima(x, block, 15, block.Slice(16, 128), default));
                break;
            case GgufType.Q5_K:
                ForEachBlock(row, destination, SuperBlock, 176, static (x, block) => EncodeWithMinima(x, block, 31, block.Slice(48, 128), block.Slice(16, 32)));
                break;
            case GgufType.Q6_K:
                ForEachBlock(row, destination, SuperBlock, 210, EncodeQ6K);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "There is no encoder for this type.");
        }
    }

    private delegate void BlockEncoder(ReadOnlySpan<float> x, Span<byte> block);

    private static void ForEachBlock(ReadOnlySpan<float> row, Span<byte> destination, int columns, int bytes, BlockEncoder encode)
    {
        for (int i = 0; i < row.Length / columns; i++)
            encode(row.Slice(i * columns, columns), destination.Slice(i * bytes, bytes));
    }

    private static void EncodeQ4(ReadOnlySpan<float> x, Span<byte> block)
    {
        float extreme = 0f;
        foreach (float element in x)
            extreme = MathF.Abs(element) > MathF.Abs(extreme) ? element : extreme;
        float scale = extreme / -8f;
        float inverse = Inverse(scale);
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int i = 0; i < 16; i++)
            block[2 + i] = (byte)(Nibble(x[i] * inverse) | (Nibble(x[i + 16] * inverse) << 4));
    }

    private static int Nibble(float value) => Math.Min(15, (int)(value + 8.5f));

    private static float Inverse(float scale) => scale == 0f ? 0f : 1f / scale;

    /// <summary>Q4_K and Q5_K: eight groups of 32, each with a 6-bit scale and a 6-bit minimum that is subtracted.</summary>
    private static void EncodeWithMinima(ReadOnlySpan<float> x, Span<byte> block, int levels, Span<byte> low, Span<byte> high)
    {
        block.Clear();
        Span<float> scales = stackalloc float[8];
        Span<float> minima = stackalloc float[8];
        (float greatestScale, float greatestMinimum) = (0f, 0f);
        for (int g = 0; g < 8; g++)
        {
            (float least, float most) = Range(x.Slice(g * 32, 32));
            minima[g] = -MathF.Min(0f, least);
            scales[g] = (most + minima[g]) / levels;
            (greatestScale, greatestMinimum) = (MathF.Max(greatestScale, scales[g]), MathF.Max(greatestMinimum, minima[g]));
        }
        (Half d, Half m) = ((Half)(greatestScale / 63f), (Half)(greatestMinimum / 63f));
        BinaryPrimitives.WriteHalfLittleEndian(block, d);
        BinaryPrimitives.WriteHalfLittleEndian(block[2..], m);
        for (int g = 0; g < 8; g++)
        {
            int scale = SixBits(scales[g] * Inverse((float)d));
            int minimum = SixBits(minima[g] * Inverse((float)m));
            PackScale(block.Slice(4, 12), g, scale, minimum);
            PackGroup(x.Slice(g * 32, 32), g, Inverse((float)d * scale), (float)m * minimum, levels, low, high);
        }
    }

    private static (float Least, float Most) Range(ReadOnlySpan<float> x)
    {
        (float least, float most) = (x[0], x[0]);
        foreach (float element in x)
            (least, most) = (MathF.Min(least, element), MathF.Max(most, element));
        return (least, most);
    }

    private static int SixBits(float value) => Math.Clamp((int)(value + 0.5f), 0, 63);

    private static void PackScale(Span<byte> packed, int group, int scale, int minimum)
    {
        if (group < 4)
        {
            packed[group] |= (byte)scale;
            packed[group + 4] |= (byte)minimum;
            return;
        }
        packed[group + 4] |= (byte)((scale & 15) | ((minimum & 15) << 4));
        packed[group - 4] |= (byte)(scale >> 4 << 6);
        packed[group] |= (byte)(minimum >> 4 << 6);
    }

    /// <summary>Groups 2i and 2i + 1 share 32 bytes of nibbles; bit g of the high bytes is the fifth bit of group g.</summary>
    private static void PackGroup(ReadOnlySpan<float> x, int group, float inverse, float minimum, int levels, Span<byte> low, Span<byte> high)
    {
        Span<byte> nibbles = low.Slice(group / 2 * 32, 32);
        for (int i = 0; i < x.Length; i++)
        {
            int q = Math.Clamp((int)((x[i] + minimum) * inverse + 0.5f), 0, levels);
            nibbles[i] |= (byte)((q & 15) << (group % 2 * 4));
            if (high.Length > 0)
                high[i] |= (byte)(q >> 4 << group);
        }
    }

    /// <summary>Sixteen groups of 16 with a signed 8-bit scale each, elements of 6 bits.</summary>
    private static void EncodeQ6K(ReadOnlySpan<float> x, Span<byte> block)
    {
        block.Clear();
        Span<float> extremes = stackalloc float[16];
        float greatest = 0f;
        for (int g = 0; g < 16; g++)
        {
            (float least, float most) = Range(x.Slice(g * 16, 16));
            extremes[g] = MathF.Max(most, -least);
            greatest = MathF.Max(greatest, extremes[g]);
        }
        Half d = (Half)(greatest / (31f * 127f));
        Span<sbyte> scales = MemoryMarshal.Cast<byte, sbyte>(block.Slice(192, 16));
        BinaryPrimitives.WriteHalfLittleEndian(block[208..], d);
        for (int g = 0; g < 16; g++)
            scales[g] = (sbyte)Math.Clamp((int)(extremes[g] / 31f * Inverse((float)d) + 0.5f), 0, 127);
        for (int i = 0; i < SuperBlock; i++)
        {
            float scaled = x[i] * Inverse((float)d * scales[i / 16]);
            PackSixBits(block, i, Math.Clamp((int)MathF.Round(scaled), -32, 31) + 32);
        }
    }

    /// <summary>Per half of 128: elements l and l + 64 share byte l of the nibbles, l + 32 and l + 96 byte l + 32, all four two bits each of byte l of the rest.</summary>
    private static void PackSixBits(Span<byte> block, int element, int value)
    {
        (int half, int quarter, int l) = (element / 128, element % 128 / 32, element % 32);
        block[half * 64 + quarter % 2 * 32 + l] |= (byte)((value & 15) << (quarter / 2 * 4));
        block[128 + half * 32 + l] |= (byte)(value >> 4 << (quarter * 2));
    }
}

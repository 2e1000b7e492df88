namespace TeeTee.Numerics;

/// <summary>Activations to int8 in blocks of 32 with an fp32 scale each (rulings 1, 2, 3, 5).</summary>
public static class BlockQuantizer
{
    /// <summary>Elements that share a scale.</summary>
    public const int BlockSize = 32;

    /// <summary>Bits of 2^-100: a block whose largest magnitude is below becomes zero, because 127/a would overflow (ruling 2).</summary>
    public const uint TinyBits = 0x0D80_0000;

    private const uint MagnitudeMask = 0x7FFF_FFFF;
    private const uint InfinityBits = 0x7F80_0000;

    /// <summary>Blocks that hold <paramref name="length"/> elements, the last one zero-padded.</summary>
    public static int BlocksOf(int length) => (length + BlockSize - 1) / BlockSize;

    /// <summary><paramref name="length"/> rounded up to whole blocks.</summary>
    public static int PaddedLength(int length) => BlocksOf(length) * BlockSize;

    /// <summary>Quantises a vector; the tail of the last block counts as zeros.</summary>
    /// <param name="x">The vector, any length.</param>
    /// <param name="q">Receives PaddedLength(x.Length) values in [-127, 127].</param>
    /// <param name="scales">Receives one scale per block: a/127, or +0 for a tiny block.</param>
    /// <exception cref="NonFiniteException">An element of x is an infinity or a NaN.</exception>
    public static void Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales)
    {
        Shape.RequireEqual(q.Length, PaddedLength(x.Length));
        Shape.RequireEqual(scales.Length, BlocksOf(x.Length));
        for (int b = 0; b < scales.Length; b++)
        {
            int start = b * BlockSize;
            ReadOnlySpan<float> block = x.Slice(start, Math.Min(BlockSize, x.Length - start));
            scales[b] = QuantizeBlock(block, q.Slice(start, BlockSize), start);
        }
    }

    /// <summary>Quantises one block of at most 32 elements and returns its scale.</summary>
    /// <exception cref="NonFiniteException">An element is not finite; the index counts from <paramref name="firstIndex"/>.</exception>
    public static float QuantizeBlock(ReadOnlySpan<float> x, Span<sbyte> q, int firstIndex = 0)
    {
        q.Clear();
        uint largest = LargestMagnitude(x, firstIndex);
        if (largest < TinyBits)
            return 0f;
        float a = BitConverter.UInt32BitsToSingle(largest);
        float inverse = 127f / a;
        for (int i = 0; i < x.Length; i++)
            q[i] = RoundHalfEven(x[i] * inverse);
        return a / 127f;
    }

    private static uint LargestMagnitude(ReadOnlySpan<float> x, int firstIndex)
    {
        uint largest = 0;
        for (int i = 0; i < x.Length; i++)
        {
            uint magnitude = BitConverter.SingleToUInt32Bits(x[i]) & MagnitudeMask;
            if (magnitude >= InfinityBits)
                throw new NonFiniteException("quantize", firstIndex + i);
            largest = Math.Max(largest, magnitude);
        }
        return largest;
    }

    private static sbyte RoundHalfEven(float t) => (sbyte)Math.Clamp((int)MathF.Round(t, MidpointRounding.ToEven), -127, 127);
}

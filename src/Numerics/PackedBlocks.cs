using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace TeeTee.Numerics;

/// <summary>
/// Dequantisation of ggml's block formats at import (docs/arithmetic.md, section 2). Every element is q, a small integer, times a scale,
/// less a minimum: y = d * q - m, both products that make d and m, this product and the difference rounded once each. Where the format has
/// no minimum m is +0, which changes no bit; where it adds one m is its negative.
/// </summary>
/// <remarks>Elements of blocks whose scale or minimum is not finite are not finite: the quantiser that follows refuses them.</remarks>
public static class PackedBlocks
{
    /// <summary>Elements of a block of the formats whose names end in _0 and _1.</summary>
    public const int BlockColumns = 32;

    /// <summary>Elements of a block of the formats whose names end in _K.</summary>
    public const int SuperColumns = 256;

    /// <summary>Q4_0 (18 bytes: scale, 32 nibbles) as the Q8_0 block of the same scale and q = nibble - 8: nothing is rounded.</summary>
    public static void Q4ToQ8(ReadOnlySpan<byte> block, Span<byte> q8)
    {
        block[..2].CopyTo(q8);
        Vector128<byte> packed = Vector128.Create(block.Slice(2, 16));
        ((packed & Vector128.Create((byte)15)) - Vector128.Create((byte)8)).CopyTo(q8[2..]);
        ((packed >> 4) - Vector128.Create((byte)8)).CopyTo(q8[18..]);
    }

    /// <summary>Q5_0 (22 bytes: scale, 32 fifth bits, 32 nibbles) as the Q8_0 block of the same scale and q - 16: nothing is rounded.</summary>
    public static void Q5ToQ8(ReadOnlySpan<byte> block, Span<byte> q8)
    {
        block[..2].CopyTo(q8);
        Span<byte> q = q8.Slice(2, BlockColumns);
        UnpackFiveBits(block.Slice(2, 4), block.Slice(6, 16), q);
        (Vector256.Create<byte>(q) - Vector256.Create((byte)16)).CopyTo(q);
    }

    /// <summary>Q4_1 (20 bytes: scale, minimum, 32 nibbles): d * q + m.</summary>
    public static void Q4WithMinimum(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[BlockColumns];
        Vector128<byte> packed = Vector128.Create(block.Slice(4, 16));
        (packed & Vector128.Create((byte)15)).CopyTo(q);
        (packed >> 4).CopyTo(q[16..]);
        Scale(q, Half(block), -Half(block[2..]), y);
    }

    /// <summary>Q5_1 (24 bytes: scale, minimum, 32 fifth bits, 32 nibbles): d * q + m.</summary>
    public static void Q5WithMinimum(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[BlockColumns];
        UnpackFiveBits(block.Slice(4, 4), block.Slice(8, 16), q);
        Scale(q, Half(block), -Half(block[2..]), y);
    }

    /// <summary>Q2_K (84 bytes: 16 pairs of nibbles, 256 times two bits, scale, minimum): groups of 16, (d * s) * q - (dmin * m).</summary>
    public static void Q2K(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[SuperColumns];
        UnpackTwoBits(block.Slice(16, 64), q);
        (float d, float m) = (Half(block[80..]), Half(block[82..]));
        for (int g = 0; g < 16; g++)
            Scale(q.Slice(g * 16, 16), d * (block[g] & 15), m * (block[g] >> 4), y.Slice(g * 16, 16));
    }

    /// <summary>Q3_K (110 bytes: 256 third bits, 256 times two bits, 16 scales of six bits, scale): groups of 16, (d * (s - 32)) * (q - 4).</summary>
    public static void Q3K(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[SuperColumns];
        UnpackTwoBits(block.Slice(32, 64), q);
        Vector256<byte> high = Vector256.Create(block[..32]);
        for (int plane = 0; plane < 8; plane++)
        {
            Span<byte> part = q.Slice(plane * 32, 32);
            Vector256<byte> third = ((high >> plane) & Vector256<byte>.One) << 2;
            ((Vector256.Create<byte>(part) | third) - Vector256.Create((byte)4)).CopyTo(part);
        }
        ReadOnlySpan<byte> scales = block.Slice(96, 12);
        float d = Half(block[108..]);
        for (int g = 0; g < 16; g++)
        {
            int low = g < 8 ? scales[g] & 15 : scales[g - 8] >> 4;
            int scale = (low | ((scales[8 + g % 4] >> (g / 4 * 2)) & 3) << 4) - 32;
            Scale(q.Slice(g * 16, 16), d * scale, 0f, y.Slice(g * 16, 16));
        }
    }

    /// <summary>Q4_K (144 bytes: scale, minimum, 8 pairs of six bits, 256 nibbles): groups of 32, (d * s) * q - (dmin * m).</summary>
    public static void Q4K(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[SuperColumns];
        UnpackNibbles(block.Slice(16, 128), q);
        ScaleEight(block, q, y);
    }

    /// <summary>Q5_K (176 bytes: scale, minimum, 8 pairs of six bits, 256 fifth bits, 256 nibbles): as <see cref="Q4K"/>.</summary>
    public static void Q5K(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[SuperColumns];
        UnpackNibbles(block.Slice(48, 128), q);
        Vector256<byte> high = Vector256.Create(block.Slice(16, 32));
        for (int g = 0; g < 8; g++)
        {
            Span<byte> part = q.Slice(g * 32, 32);
            (Vector256.Create<byte>(part) | (((high >> g) & Vector256<byte>.One) << 4)).CopyTo(part);
        }
        ScaleEight(block, q, y);
    }

    /// <summary>Q6_K (210 bytes: 256 nibbles, 256 times two bits, 16 signed scales, scale): groups of 16, (d * s) * (q - 32).</summary>
    public static void Q6K(ReadOnlySpan<byte> block, Span<float> y)
    {
        Span<byte> q = stackalloc byte[SuperColumns];
        for (int half = 0; half < 2; half++)
        {
            Vector256<byte> high = Vector256.Create(block.Slice(128 + half * 32, 32));
            for (int quarter = 0; quarter < 4; quarter++)
            {
                Vector256<byte> low = (Vector256.Create(block.Slice(half * 64 + quarter % 2 * 32, 32)) >> (quarter / 2 * 4)) & Vector256.Create((byte)15);
                Vector256<byte> top = ((high >> (quarter * 2)) & Vector256.Create((byte)3)) << 4;
                ((low | top) - Vector256.Create((byte)32)).CopyTo(q[(half * 128 + quarter * 32)..]);
            }
        }
        float d = Half(block[208..]);
        for (int g = 0; g < 16; g++)
            Scale(q.Slice(g * 16, 16), d * (sbyte)block[192 + g], 0f, y.Slice(g * 16, 16));
    }

    private static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>Nibble j is element j, the nibble above it element j + 16; bit j of the 32 bits belongs to element j.</summary>
    private static void UnpackFiveBits(ReadOnlySpan<byte> high, ReadOnlySpan<byte> low, Span<byte> q)
    {
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(high);
        for (int j = 0; j < 16; j++)
        {
            q[j] = (byte)((low[j] & 15) | ((int)(bits >> j & 1) << 4));
            q[j + 16] = (byte)((low[j] >> 4) | ((int)(bits >> (j + 16) & 1) << 4));
        }
    }

    /// <summary>Per 64 elements 32 bytes: the low nibbles, then the high ones.</summary>
    private static void UnpackNibbles(ReadOnlySpan<byte> packed, Span<byte> q)
    {
        for (int i = 0; i < 4; i++)
        {
            Vector256<byte> both = Vector256.Create(packed.Slice(i * 32, 32));
            (both & Vector256.Create((byte)15)).CopyTo(q[(i * 64)..]);
            (both >> 4).CopyTo(q[(i * 64 + 32)..]);
        }
    }

    /// <summary>Per 128 elements 32 bytes: the lowest two bits, then the next.</summary>
    private static void UnpackTwoBits(ReadOnlySpan<byte> packed, Span<byte> q)
    {
        for (int plane = 0; plane < 8; plane++)
        {
            Vector256<byte> four = Vector256.Create(packed.Slice(plane / 4 * 32, 32));
            ((four >> (plane % 4 * 2)) & Vector256.Create((byte)3)).CopyTo(q[(plane * 32)..]);
        }
    }

    /// <summary>Scale and minimum of group g are six bits each: whole bytes for the first four, the other bits of those and of the last four bytes for the rest.</summary>
    private static void ScaleEight(ReadOnlySpan<byte> block, ReadOnlySpan<byte> q, Span<float> y)
    {
        (float d, float m) = (Half(block), Half(block[2..]));
        ReadOnlySpan<byte> s = block.Slice(4, 12);
        for (int g = 0; g < 8; g++)
        {
            int scale = g < 4 ? s[g] & 63 : (s[g + 4] & 15) | (s[g - 4] >> 6 << 4);
            int minimum = g < 4 ? s[g + 4] & 63 : (s[g + 4] >> 4) | (s[g] >> 6 << 4);
            Scale(q.Slice(g * 32, 32), d * scale, m * minimum, y.Slice(g * 32, 32));
        }
    }

    /// <summary>y = d * q - m for signed bytes, 16 at a time.</summary>
    private static void Scale(ReadOnlySpan<byte> q, float d, float m, Span<float> y)
    {
        for (int i = 0; i < q.Length; i += 16)
        {
            (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.Create(q.Slice(i, 16)).AsSByte());
            Scale(low, d, m, y[i..]);
            Scale(high, d, m, y[(i + 8)..]);
        }
    }

    private static void Scale(Vector128<short> q, float d, float m, Span<float> y)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(q);
        Vector256<float> values = Vector256.ConvertToSingle(Vector256.Create(low, high));
        (values * Vector256.Create(d) - Vector256.Create(m)).CopyTo(y);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TeeTee.Numerics;

/// <summary>
/// Conversion of imported weights to Q8_0 (arithmetic ruling 20): ggml's reference quantiser wherever the rounded scale is
/// not zero. It differs from the quantiser of activations on purpose (halves round away from zero, the scale is binary16).
/// </summary>
public static class ImportQuantizer
{
    /// <summary>Elements of one block.</summary>
    public const int BlockColumns = 32;

    /// <summary>Bytes of one block: a little-endian binary16 scale, then 32 signed bytes.</summary>
    public const int BlockBytes = 34;

    /// <summary>Converts one row; columns after its end count as zeros up to a multiple of 32.</summary>
    /// <param name="row">The elements.</param>
    /// <param name="destination">34 bytes for every 32 elements begun.</param>
    /// <returns>False if an element is not finite or too large for a binary16 scale.</returns>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public static bool TryQuantizeRow(ReadOnlySpan<float> row, Span<byte> destination)
    {
        int blocks = (row.Length + BlockColumns - 1) / BlockColumns;
        if (destination.Length != blocks * BlockBytes)
            throw new ArgumentException(
                $"{row.Length} columns take {blocks * BlockBytes} bytes, not {destination.Length}.", nameof(destination));
        for (int i = 0; i < blocks; i++)
        {
            ReadOnlySpan<float> block = row[(i * BlockColumns)..Math.Min(row.Length, (i + 1) * BlockColumns)];
            if (!TryQuantizeBlock(block, destination.Slice(i * BlockBytes, BlockBytes)))
                return false;
        }
        return true;
    }

    /// <summary>True where every block's scale is finite; the condition for keeping a file's own Q8_0 bytes.</summary>
    /// <exception cref="ArgumentException">The bytes are no whole number of blocks.</exception>
    public static bool HasFiniteScales(ReadOnlySpan<byte> blocks)
    {
        if (blocks.Length % BlockBytes != 0)
            throw new ArgumentException($"{blocks.Length} bytes are no whole number of blocks.", nameof(blocks));
        for (int i = 0; i < blocks.Length; i += BlockBytes)
        {
            if ((blocks[i + 1] & 0x7C) == 0x7C)
                return false;
        }
        return true;
    }

    private static bool TryQuantizeBlock(ReadOnlySpan<float> block, Span<byte> destination)
    {
        bool full = block.Length == BlockColumns;
        float scale = BitConverter.UInt32BitsToSingle(full ? LargestOfFull(block) : Largest(block)) / 127f;
        if (!(scale < 65520f))
            return false;
        Half stored = (Half)scale;
        BinaryPrimitives.WriteHalfLittleEndian(destination, stored);
        Span<byte> elements = destination[2..];
        if (stored == Half.Zero)
            elements.Clear();
        else if (full)
            QuantizeFull(block, 1f / scale, elements);
        else
            Quantize(block, 1f / scale, elements);
        return true;
    }

    /// <summary>The definition; full blocks go the vector way, which has the same bits.</summary>
    private static void Quantize(ReadOnlySpan<float> block, float inverse, Span<byte> elements)
    {
        elements.Clear();
        for (int i = 0; i < block.Length; i++)
            elements[i] = (byte)(sbyte)Math.Clamp(RoundAwayFromZero(block[i] * inverse), -127f, 127f);
    }

    private static uint Largest(ReadOnlySpan<float> block)
    {
        uint largest = 0;
        foreach (float element in block)
            largest = Math.Max(largest, BitConverter.SingleToUInt32Bits(element) & 0x7FFF_FFFF);
        return largest;
    }

    private static uint LargestOfFull(ReadOnlySpan<float> block)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(block);
        Vector256<uint> magnitude = Vector256.Create(0x7FFF_FFFFu);
        Vector256<uint> lanes = Vector256.Max(
            Vector256.Max(Vector256.Create(bits) & magnitude, Vector256.Create(bits[8..]) & magnitude),
            Vector256.Max(Vector256.Create(bits[16..]) & magnitude, Vector256.Create(bits[24..]) & magnitude));
        Vector128<uint> half = Vector128.Max(lanes.GetLower(), lanes.GetUpper());
        return Math.Max(Math.Max(half[0], half[1]), Math.Max(half[2], half[3]));
    }

    private static void QuantizeFull(ReadOnlySpan<float> block, float inverse, Span<byte> elements)
    {
        Vector256<short> low = Vector256.Narrow(Rounded(block, inverse), Rounded(block[8..], inverse));
        Vector256<short> high = Vector256.Narrow(Rounded(block[16..], inverse), Rounded(block[24..], inverse));
        Vector256.Narrow(low, high).AsByte().CopyTo(elements);
    }

    private static Vector256<int> Rounded(ReadOnlySpan<float> x, float inverse)
    {
        Vector256<float> value = Vector256.Create(x) * inverse;
        Vector256<float> whole = Vector256.Truncate(value);
        Vector256<float> away = Vector256.CopySign(Vector256<float>.One, value);
        Vector256<float> far = Vector256.GreaterThanOrEqual(Vector256.Abs(value - whole), Vector256.Create(0.5f));
        Vector256<float> rounded = whole + (away.AsInt32() & far.AsInt32()).AsSingle();
        return Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(rounded, Vector256.Create(-127f)), Vector256.Create(127f)));
    }

    /// <summary>Nearest integer, halves away from zero; the difference is exact below 2^23.</summary>
    private static float RoundAwayFromZero(float value)
    {
        float whole = MathF.Truncate(value);
        return MathF.Abs(value - whole) >= 0.5f ? whole + MathF.CopySign(1f, value) : whole;
    }
}

using System.Buffers.Binary;

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
        uint largest = 0;
        foreach (float element in block)
            largest = Math.Max(largest, BitConverter.SingleToUInt32Bits(element) & 0x7FFF_FFFF);
        float scale = BitConverter.UInt32BitsToSingle(largest) / 127f;
        if (!(scale < 65520f))
            return false;
        Half stored = (Half)scale;
        destination.Clear();
        BinaryPrimitives.WriteHalfLittleEndian(destination, stored);
        if (stored == Half.Zero)
            return true;
        float inverse = 1f / scale;
        for (int i = 0; i < block.Length; i++)
            destination[2 + i] = (byte)(sbyte)Math.Clamp(RoundAwayFromZero(block[i] * inverse), -127f, 127f);
        return true;
    }

    /// <summary>Nearest integer, halves away from zero; the difference is exact below 2^23.</summary>
    private static float RoundAwayFromZero(float value)
    {
        float whole = MathF.Truncate(value);
        return MathF.Abs(value - whole) >= 0.5f ? whole + MathF.CopySign(1f, value) : whole;
    }
}

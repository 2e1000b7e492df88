using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models;

/// <summary>Brings rows of a file's tensors to canonical form (arithmetic ruling 20), a bounded number at a time. Safe from several threads.</summary>
internal sealed class TensorConverter(GgufFile file)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Reads consecutive rows of a tensor whose shape has been checked against the configuration.</summary>
    /// <param name="place">The tensor.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="destination">Room for a whole number of canonical rows.</param>
    /// <exception cref="ModelException">The type is not importable, or an element is not finite or too large.</exception>
    public void Convert(in TensorPlace place, int firstRow, Span<byte> destination)
    {
        GgufTensor tensor = file.GetTensor(place.Role.GgufName(place.Layer));
        if (place.Type == CanonicalType.Q8_0 && tensor.Type == GgufType.Q8_0)
            Keep(tensor, firstRow, destination);
        else
            ConvertRows(tensor, place, firstRow, destination);
    }

    private void Keep(GgufTensor tensor, int firstRow, Span<byte> destination)
    {
        file.ReadRows(tensor, firstRow, destination);
        if (!ImportQuantizer.HasFiniteScales(destination))
            throw new ModelException($"{tensor.Name} has a block scale that is not finite.");
    }

    private void ConvertRows(GgufTensor tensor, in TensorPlace place, int firstRow, Span<byte> destination)
    {
        int sourceRow = (int)tensor.RowBytes;
        int rows = destination.Length / place.RowBytes;
        int step = Math.Clamp(ChunkBytes / sourceRow, 1, Math.Max(rows, 1));
        byte[] source = ArrayPool<byte>.Shared.Rent(step * sourceRow);
        float[] row = ArrayPool<float>.Shared.Rent(place.Columns);
        try
        {
            for (int first = 0; first < rows; first += step)
            {
                int count = Math.Min(step, rows - first);
                file.ReadRows(tensor, firstRow + first, source.AsSpan(0, count * sourceRow));
                for (int i = 0; i < count; i++)
                {
                    Span<float> elements = row.AsSpan(0, place.Columns);
                    Widen(tensor, source.AsSpan(i * sourceRow, sourceRow), elements);
                    Store(tensor, place.Type, elements, destination.Slice((first + i) * place.RowBytes, place.RowBytes), firstRow + first + i);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(source);
            ArrayPool<float>.Shared.Return(row);
        }
    }

    private static void Widen(GgufTensor tensor, ReadOnlySpan<byte> source, Span<float> row)
    {
        switch (tensor.Type)
        {
            case GgufType.F32:
                for (int i = 0; i < row.Length; i++)
                    row[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(i * 4)..]);
                break;
            case GgufType.F16:
                for (int i = 0; i < row.Length; i++)
                    row[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(source[(i * 2)..]);
                break;
            case GgufType.BF16:
                for (int i = 0; i < row.Length; i++)
                    row[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(i * 2)..]) << 16);
                break;
            default:
                throw new ModelException(
                    $"{tensor.Name} has type {tensor.Type}; version 1 imports F32, F16, BF16 and (for matrices) Q8_0.");
        }
    }

    private static void Store(GgufTensor tensor, CanonicalType type, ReadOnlySpan<float> row, Span<byte> destination, int index)
    {
        if (type == CanonicalType.Q8_0)
        {
            if (!ImportQuantizer.TryQuantizeRow(row, destination))
                throw new ModelException($"{tensor.Name} row {index} has an element that is not finite or too large for Q8_0.");
            return;
        }
        foreach (float element in row)
        {
            if (!float.IsFinite(element))
                throw new ModelException($"{tensor.Name} row {index} has an element that is not finite.");
        }
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes(row).CopyTo(destination);
        else
            for (int i = 0; i < row.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(destination[(i * 4)..], row[i]);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models;

/// <summary>Brings tensors of a file to canonical form (arithmetic ruling 20), a bounded number of rows at a time.</summary>
internal sealed class TensorConverter(GgufFile file)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Reads one tensor whose shape has been checked against the configuration.</summary>
    /// <exception cref="ModelException">The type is not importable, or an element is not finite or too large.</exception>
    public CanonicalTensor Convert(TensorRole role, int layer, int rows, int columns)
    {
        GgufTensor tensor = file.GetTensor(role.GgufName(layer));
        CanonicalType type = role.CanonicalType();
        int rowBytes = CanonicalTensor.BytesPerRow(type, columns);
        if ((long)rows * rowBytes > Array.MaxLength)
            throw new ModelException($"{tensor.Name} would take {(long)rows * rowBytes} bytes, more than one block of memory holds.");
        byte[] data = new byte[(long)rows * rowBytes];
        if (type == CanonicalType.Q8_0 && tensor.Type == GgufType.Q8_0)
            Keep(tensor, data);
        else
            ConvertRows(tensor, type, columns, data, rowBytes);
        return new CanonicalTensor(role, layer, type, rows, columns, data);
    }

    private void Keep(GgufTensor tensor, byte[] data)
    {
        file.ReadRows(tensor, 0, data);
        if (!ImportQuantizer.HasFiniteScales(data))
            throw new ModelException($"{tensor.Name} has a block scale that is not finite.");
    }

    private void ConvertRows(GgufTensor tensor, CanonicalType type, int columns, byte[] data, int rowBytes)
    {
        int sourceRow = (int)tensor.RowBytes;
        int step = Math.Max(1, ChunkBytes / sourceRow);
        byte[] source = new byte[Math.Min(step, tensor.Rows) * sourceRow];
        float[] row = new float[columns];
        for (int first = 0; first < tensor.Rows; first += step)
        {
            int count = (int)Math.Min(step, tensor.Rows - first);
            file.ReadRows(tensor, first, source.AsSpan(0, count * sourceRow));
            for (int i = 0; i < count; i++)
            {
                Widen(tensor, source.AsSpan(i * sourceRow, sourceRow), row);
                Store(tensor, type, row, data.AsSpan((first + i) * rowBytes, rowBytes), first + i);
            }
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

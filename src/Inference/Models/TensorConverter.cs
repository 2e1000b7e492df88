using System.Buffers;
using System.Buffers.Binary;
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
            Keep(tensor, place, firstRow, destination);
        else
            ConvertRows(tensor, place, firstRow, destination);
    }

    /// <summary>Reads consecutive rows as the numbers that the file's own type stands for; what <see cref="Convert"/> rounds.</summary>
    /// <exception cref="ModelException">The type is not importable.</exception>
    public void Widen(in TensorPlace place, int firstRow, Span<float> destination)
    {
        GgufTensor tensor = file.GetTensor(place.Role.GgufName(place.Layer));
        int columns = place.Columns;
        RowDecoder decode = RowDecoders.Of(tensor);
        ReadRows(tensor, firstRow, destination.Length / columns, destination, (source, i, rows) => decode(source, rows.Slice(i * columns, columns)));
    }

    private void Keep(GgufTensor tensor, in TensorPlace place, int firstRow, Span<byte> destination)
    {
        file.ReadRows(tensor, firstRow, destination);
        if (ImportQuantizer.HasFiniteScales(destination))
            return;
        for (int i = 0; i < destination.Length; i += place.RowBytes)
            RequireFinite(tensor, firstRow + i / place.RowBytes, destination.Slice(i, place.RowBytes));
    }

    private void ConvertRows(GgufTensor tensor, TensorPlace place, int firstRow, Span<byte> destination)
    {
        int rowBytes = place.RowBytes;
        int rows = destination.Length / rowBytes;
        if (RowDecoders.TryGetExact(tensor.Type) is { } exact && place.Type == CanonicalType.Q8_0)
        {
            ReadRows(tensor, firstRow, rows, destination, (source, i, all) =>
            {
                Span<byte> row = all.Slice(i * rowBytes, rowBytes);
                exact(source, row);
                RequireFinite(tensor, firstRow + i, row);
            });
            return;
        }
        RowDecoder decode = RowDecoders.Of(tensor);
        float[] buffer = ArrayPool<float>.Shared.Rent(place.Columns);
        try
        {
            ReadRows(tensor, firstRow, rows, destination, (source, i, all) =>
            {
                Span<float> elements = buffer.AsSpan(0, place.Columns);
                decode(source, elements);
                Store(tensor, place.Type, elements, all.Slice(i * rowBytes, rowBytes), firstRow + i);
            });
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private delegate void RowSink<T>(ReadOnlySpan<byte> source, int row, Span<T> all);

    private void ReadRows<T>(GgufTensor tensor, int firstRow, int rows, Span<T> all, RowSink<T> take)
    {
        int sourceRow = (int)tensor.RowBytes;
        int step = Math.Clamp(ChunkBytes / sourceRow, 1, Math.Max(rows, 1));
        byte[] source = ArrayPool<byte>.Shared.Rent(step * sourceRow);
        try
        {
            for (int first = 0; first < rows; first += step)
            {
                int count = Math.Min(step, rows - first);
                file.ReadRows(tensor, firstRow + first, source.AsSpan(0, count * sourceRow));
                for (int i = 0; i < count; i++)
                    take(source.AsSpan(i * sourceRow, sourceRow), first + i, all);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(source);
        }
    }

    private static void RequireFinite(GgufTensor tensor, int index, ReadOnlySpan<byte> row)
    {
        if (!ImportQuantizer.HasFiniteScales(row))
            throw new ModelException($"{tensor.Name} row {index} has a block scale that is not finite.");
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
        for (int i = 0; i < row.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(destination[(i * sizeof(float))..], row[i]);
    }
}

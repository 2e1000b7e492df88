using TeeTee.Primitives;

namespace TeeTee.Rollup.Batches;

/// <summary>A chunk with its bytes.</summary>
public sealed record DataChunk(ChunkRecord Record, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Cuts items; they must be ascending by key.</summary>
    /// <exception cref="ArgumentException">Two keys are equal or out of order.</exception>
    public static IEnumerable<DataChunk> Cut(IEnumerable<DataItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        ItemKey? before = null;
        foreach (DataItem item in items)
        {
            if (before is { } key && key.CompareTo(item.Key) >= 0)
                throw new ArgumentException($"Item {item.Key} follows {key}.", nameof(items));
            before = item.Key;
            foreach (DataChunk chunk in Cut(item))
                yield return chunk;
        }
    }

    public bool Equals(DataChunk? other) => other is not null && Record == other.Record && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => Record.GetHashCode();

    private static IEnumerable<DataChunk> Cut(DataItem item)
    {
        uint length = (uint)item.Bytes.Length;
        for (uint number = 0; number < ChunkRecord.CountFor(length); number++)
        {
            int start = (int)number * ChunkRecord.ChunkBytes;
            ReadOnlyMemory<byte> bytes = item.Bytes.Slice(start, Math.Min(ChunkRecord.ChunkBytes, item.Bytes.Length - start));
            yield return new DataChunk(new ChunkRecord(item.Key, number, length, Keccak256.Hash(bytes.Span)), bytes);
        }
    }
}

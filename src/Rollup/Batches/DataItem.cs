namespace TeeTee.Rollup.Batches;

/// <summary>One item of batch data before it is cut, or after it is put together.</summary>
public sealed record DataItem(ItemKey Key, ReadOnlyMemory<byte> Bytes)
{
    public bool Equals(DataItem? other) => other is not null && Key == other.Key && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => HashCode.Combine(Key, Bytes.Length);
}

using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Batches;

/// <summary>
/// Puts a batch's items together from chunks and decodes them. Nothing that a server says is trusted: the manifest must give
/// dataRoot, and every chunk's bytes its hash. Memory is bounded by the bytes that were served.
/// </summary>
public sealed class BatchDataReader
{
    private readonly BatchHeader _header;
    private readonly ImmutableArray<BatchFinding>.Builder _findings = ImmutableArray.CreateBuilder<BatchFinding>();
    private readonly Dictionary<ItemKey, ReadOnlyMemory<byte>> _items = [];

    private BatchDataReader(BatchHeader header) => _header = header;

    /// <summary>Reads a batch.</summary>
    /// <param name="content">The bytes of a chunk by their keccak256, or null where nobody serves them.</param>
    public static BatchReading Read(BatchHeader header, DataManifest manifest, Func<Bytes32, ReadOnlyMemory<byte>?> content)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(content);
        if (header.ChunkCount != (uint)manifest.Chunks.Length || header.DataRoot != manifest.Root())
            return new BatchReading(null, [], false, []);
        return new BatchDataReader(header).Read(manifest.Chunks, content);
    }

    /// <summary>Reads a batch whose chunks are all at hand.</summary>
    public static BatchReading Read(BatchHeader header, IReadOnlyList<DataChunk> chunks)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        Dictionary<Bytes32, ReadOnlyMemory<byte>> bytes = [];
        foreach (DataChunk chunk in chunks)
            bytes[chunk.Record.Hash] = chunk.Bytes;
        DataManifest manifest = new([.. chunks.Select(c => c.Record)]);
        return Read(header, manifest, hash => bytes.TryGetValue(hash, out ReadOnlyMemory<byte> found) ? found : (ReadOnlyMemory<byte>?)null);
    }

    private BatchReading Read(ImmutableArray<ChunkRecord> chunks, Func<Bytes32, ReadOnlyMemory<byte>?> content)
    {
        if (FirstDisorder(chunks) is { } disorder)
            return Failed(BatchFinding.Of(BatchFault.ChunksMalformed, "chunks that make up their items", disorder));
        ImmutableArray<ChunkRecord> missing = Collect(chunks, content);
        if (_findings.Count > 0 || !missing.IsEmpty)
            return new BatchReading(null, _findings.ToImmutable(), true, missing);
        BatchData? data = Decode();
        return new BatchReading(_findings.Count == 0 ? data : null, _findings.ToImmutable(), true, []);
    }

    // Items ascending, their chunks numbered from 0 without a gap and as many as the length asks for.
    private static string? FirstDisorder(ImmutableArray<ChunkRecord> chunks)
    {
        ItemKey? before = null;
        int i = 0;
        while (i < chunks.Length)
        {
            ChunkRecord first = chunks[i];
            uint count = ChunkRecord.CountFor(first.ItemLength);
            if (before is { } key && key.CompareTo(first.Item) >= 0)
                return $"{first.Item} after {key}";
            if (count > (uint)(chunks.Length - i))
                return $"{chunks.Length - i} of {count} chunks of {first.Item}";
            for (uint n = 0; n < count; n++, i++)
            {
                if (chunks[i] is { } chunk && (chunk.Item, chunk.Number, chunk.ItemLength) != (first.Item, n, first.ItemLength))
                    return $"chunk {i} is not chunk {n} of {first.Item}";
            }

            before = first.Item;
        }

        return null;
    }

    private ImmutableArray<ChunkRecord> Collect(ImmutableArray<ChunkRecord> chunks, Func<Bytes32, ReadOnlyMemory<byte>?> content)
    {
        var missing = ImmutableArray.CreateBuilder<ChunkRecord>();
        Dictionary<ItemKey, List<ReadOnlyMemory<byte>>> parts = [];
        foreach (ChunkRecord chunk in chunks)
        {
            ReadOnlyMemory<byte>? bytes = content(chunk.Hash);
            if (bytes is null || Keccak256.Hash(bytes.Value.Span) != chunk.Hash)
                missing.Add(chunk);
            else if (bytes.Value.Length != chunk.Length)
                _findings.Add(BatchFinding.Of(BatchFault.ChunksMalformed, $"{chunk.Length} bytes", $"{bytes.Value.Length} in {chunk.Hash}"));
            else if (parts.TryGetValue(chunk.Item, out List<ReadOnlyMemory<byte>>? list))
                list.Add(bytes.Value);
            else
                parts[chunk.Item] = [bytes.Value];
        }

        foreach ((ItemKey key, List<ReadOnlyMemory<byte>> list) in parts)
            _items[key] = list.Count == 1 ? list[0] : list.SelectMany(m => m.ToArray()).ToArray();
        return missing.ToImmutable();
    }

    private BatchData? Decode()
    {
        // Every leaf has at least two items, so a count beyond them is not worth a loop.
        if (_header.Count > (uint)_items.Count || _header.QuoteCount > (uint)_items.Count)
        {
            _findings.Add(BatchFinding.Of(BatchFault.ItemMissing, $"items of {_header.Count} leaves, {_header.QuoteCount} quotes", _items.Count));
            return null;
        }

        var leaves = ImmutableArray.CreateBuilder<BatchLeaf>();
        for (uint i = 0; i < _header.Count; i++)
        {
            if (new LeafDecoder(i, Take, _findings.Add).Decode() is { } leaf)
                leaves.Add(leaf);
        }

        ImmutableArray<QuoteItem> quotes = DecodeQuotes();
        foreach (ItemKey key in _items.Keys.Order())
            _findings.Add(BatchFinding.Of(BatchFault.ItemUnexpected, "no such item", key));
        return new BatchData(leaves.ToImmutable(), quotes);
    }

    private ImmutableArray<QuoteItem> DecodeQuotes()
    {
        var quotes = ImmutableArray.CreateBuilder<QuoteItem>();
        for (uint i = 0; i < _header.QuoteCount; i++)
        {
            ItemKey key = new(ItemKey.NoLeaf, DataKind.Quote, (ushort)i);
            ReadOnlyMemory<byte>? bytes = i > ushort.MaxValue ? (ReadOnlyMemory<byte>?)null : Take(key);
            if (bytes is null)
                _findings.Add(BatchFinding.Of(BatchFault.ItemMissing, $"quote {i}", "none"));
            else if (QuoteItem.TryDecode(bytes.Value.Span, out QuoteItem? quote))
                quotes.Add(quote);
            else
                _findings.Add(BatchFinding.Of(BatchFault.ItemMalformed, "abi.encode(QuoteRecord, bytes)", key));
        }

        return quotes.ToImmutable();
    }

    // Without the cast, null would become an empty memory through the conversion from arrays.
    private ReadOnlyMemory<byte>? Take(ItemKey key) =>
        _items.Remove(key, out ReadOnlyMemory<byte> bytes) ? bytes : (ReadOnlyMemory<byte>?)null;

    private BatchReading Failed(BatchFinding finding) => new(null, [finding], true, []);
}

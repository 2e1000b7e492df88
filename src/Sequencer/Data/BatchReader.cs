using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Faults;

namespace TeeTee.Sequencer.Data;

/// <summary>Batches for the endpoints.</summary>
internal sealed class BatchReader(BatchStore batches, BatchingOptions options)
{
    /// <summary>Most batches of one list.</summary>
    public const int MostListed = 100;

    /// <summary>A batch with its chunks, or null.</summary>
    public BatchInfo? Find(ulong index) => Serves && batches.Find(index) is { } batch ? Describe(batch, withChunks: true) : null;

    /// <inheritdoc cref="Find(ulong)"/>
    public BatchInfo? Find(Bytes32 hash) => Serves && batches.Find(hash) is { } batch ? Describe(batch, withChunks: true) : null;

    /// <summary>Batches from an index on, ascending, without their chunks.</summary>
    public IReadOnlyList<BatchInfo> List(ulong from, int limit) => [.. batches.List(from, limit).Select(b => Describe(b, withChunks: false))];

    /// <summary>The bytes of a chunk, or null.</summary>
    public byte[]? Chunk(Bytes32 hash) => Serves ? batches.Chunk(hash) : null;

    private bool Serves => !options.Faults.ServesNoData();

    private BatchInfo Describe(StoredBatch batch, bool withChunks)
    {
        ImmutableArray<ChunkInfo>? chunks = withChunks
            ? [.. batches.Manifest(batch.Index).Chunks.Select(c => new ChunkInfo(c.Item.Leaf, (byte)c.Item.Kind, c.Item.Part, c.Number, c.ItemLength, c.Hash))]
            : null;
        return new BatchInfo(
            batch.Index, batch.Hash, batch.ParentHash, batch.Header, StoredBatch.NameOf(batch.Status), batch.PostedAt,
            batch.Transaction, chunks);
    }
}

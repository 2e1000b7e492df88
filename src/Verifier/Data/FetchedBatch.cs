using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Data;

/// <summary>What the sources gave for a batch.</summary>
/// <param name="Manifest">The committed manifest; null if nobody serves it.</param>
/// <param name="Chunks">Bytes by hash, each checked.</param>
/// <param name="Cause">The last fault of a source, where something is missing.</param>
/// <param name="IsPublished">Whether the manifest was put together from items that were published on chain, each bound by its leaf, and is not the committed one.</param>
internal sealed record FetchedBatch(DataManifest? Manifest, IReadOnlyDictionary<Bytes32, byte[]> Chunks, string Cause, bool IsPublished = false)
{
    /// <summary>
    /// The header by which the data is read. A poster that committed a data root which no data has, and publishes every item when it is demanded, must not
    /// escape judgement: the items are then judged for themselves, and the data root is one more finding.
    /// </summary>
    public BatchHeader ReadingHeader(BatchHeader header) =>
        IsPublished ? header with { DataRoot = Manifest!.Root(), ChunkCount = (uint)Manifest.Chunks.Length } : header;

    public ReadOnlyMemory<byte>? Content(Bytes32 hash) => Chunks.TryGetValue(hash, out byte[]? bytes) ? bytes : (ReadOnlyMemory<byte>?)null;

    public ImmutableArray<ChunkRecord> Records => Manifest?.Chunks ?? [];
}

using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;

namespace TeeTee.Verifier.Data;

/// <summary>What the sources gave for a batch.</summary>
/// <param name="Manifest">The committed manifest; null if nobody serves it.</param>
/// <param name="Chunks">Bytes by hash, each checked.</param>
/// <param name="Cause">The last fault of a source, where something is missing.</param>
internal sealed record FetchedBatch(DataManifest? Manifest, IReadOnlyDictionary<Bytes32, byte[]> Chunks, string Cause)
{
    public ReadOnlyMemory<byte>? Content(Bytes32 hash) => Chunks.TryGetValue(hash, out byte[]? bytes) ? bytes : (ReadOnlyMemory<byte>?)null;

    public ImmutableArray<ChunkRecord> Records => Manifest?.Chunks ?? [];
}

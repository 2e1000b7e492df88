using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Batches;

/// <summary>
/// The chunk records of a batch in order: what a reader fetches first, checks against dataRoot and then fetches chunks by.
/// </summary>
public sealed record DataManifest(ImmutableArray<ChunkRecord> Chunks)
{
    /// <summary>The data root.</summary>
    public Bytes32 Root() => Tree().Root(ProtocolTags.Data);

    /// <summary>Proof of one chunk against the data root.</summary>
    public ImmutableArray<Bytes32> Prove(int index) => [.. Tree().Prove(index)];

    /// <summary>The records one after another, <see cref="ChunkRecord.Size"/> bytes each.</summary>
    public byte[] Encode() => [.. Chunks.SelectMany(c => c.Encode())];

    /// <summary>Reads what <see cref="Encode"/> writes; false if a record is damaged or their number is not the expected one.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, uint expectedChunks, [NotNullWhen(true)] out DataManifest? manifest)
    {
        manifest = null;
        if (bytes.Length != (long)expectedChunks * ChunkRecord.Size)
            return false;
        var chunks = ImmutableArray.CreateBuilder<ChunkRecord>((int)expectedChunks);
        for (int i = 0; i < (int)expectedChunks; i++)
        {
            if (!ChunkRecord.TryDecode(bytes.Slice(i * ChunkRecord.Size, ChunkRecord.Size), out ChunkRecord chunk))
                return false;
            chunks.Add(chunk);
        }

        manifest = new DataManifest(chunks.MoveToImmutable());
        return true;
    }

    public bool Equals(DataManifest? other) => other is not null && Chunks.AsSpan().SequenceEqual(other.Chunks.AsSpan());

    public override int GetHashCode() => Chunks.Length;

    private MerkleTree<KeccakMerkle> Tree() => MerkleTree<KeccakMerkle>.FromData([.. Chunks.Select(c => c.Encode())]);
}

using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Verifier.Chain;

namespace TeeTee.Verifier.Disputing;

/// <summary>A batch that was found Invalid twice, with everything that the finding rests on.</summary>
/// <param name="Verdict">The evidence.</param>
/// <param name="Posting">How the batch was posted.</param>
/// <param name="Manifest">Its chunk records.</param>
/// <param name="Chunks">All bytes, by hash.</param>
/// <param name="Data">What they decode to; null where they do not decode.</param>
internal sealed record DisputeCase(
    BatchVerdict Verdict, BatchPosting Posting, DataManifest Manifest, IReadOnlyDictionary<Bytes32, byte[]> Chunks, BatchData? Data)
{
    /// <summary>The batch's hash.</summary>
    public Bytes32 BatchHash => Posting.BatchHash;

    /// <summary>The leaf list of a shard as it was published.</summary>
    public Bytes32[] LeafList(uint leaf, uint shard)
    {
        ReadOnlySpan<byte> bytes = Data!.Leaves[(int)leaf].LeafLists[(int)shard].Span;
        Bytes32[] hashes = new Bytes32[bytes.Length / Bytes32.Size];
        for (int i = 0; i < hashes.Length; i++)
            hashes[i] = new Bytes32(bytes.Slice(i * Bytes32.Size, Bytes32.Size));
        return hashes;
    }
}

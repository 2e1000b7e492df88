using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Poea;

/// <summary>That a receipt is in an epoch's execution tree.</summary>
/// <param name="Index">Place among the ascending digests.</param>
/// <param name="Size">Receipts of the epoch.</param>
/// <param name="Siblings">From the leaf upwards.</param>
public sealed record ExecutionProof(ulong Index, ulong Size, ImmutableArray<Bytes32> Siblings)
{
    public bool Equals(ExecutionProof? other) =>
        other is not null && Index == other.Index && Size == other.Size && Siblings.AsSpan().SequenceEqual(other.Siblings.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Index, Size, Siblings.Length);
}

using TeeTee.Primitives;

namespace TeeTee.Verifier.Disputing;

/// <summary>One position of one shard of one leaf of a batch.</summary>
/// <param name="BatchIndex">Index of the batch.</param>
/// <param name="BatchHash">Its hash, which alone identifies it.</param>
/// <param name="Leaf">Receipt index.</param>
/// <param name="Shard">Place in the pipeline.</param>
/// <param name="Position">p.</param>
public sealed record DisputeTarget(ulong BatchIndex, Bytes32 BatchHash, uint Leaf, uint Shard, uint Position)
{
    /// <inheritdoc/>
    public override string ToString() => $"position {Position} of shard {Shard} of leaf {Leaf} of batch {BatchIndex}";
}

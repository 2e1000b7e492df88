using TeeTee.Primitives;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>The three roots under a leaf (docs/protocol.md, section 2).</summary>
/// <param name="HIn">Of the vector that enters the slot's first layer.</param>
/// <param name="HOut">Of the vector that leaves its last layer.</param>
/// <param name="Kv">Of the k and v rows of the position.</param>
public readonly record struct LeafOpening(Bytes32 HIn, Bytes32 HOut, Bytes32 Kv)
{
    /// <summary>leaf(p).</summary>
    public Bytes32 LeafOf(uint position) => TraceCommitment.Leaf(position, HIn, HOut, Kv);
}

using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Where a witness takes what is neither in the own list nor in the revealed one.</summary>
public sealed record WitnessSources
{
    /// <summary>The model's weights.</summary>
    public required IWeightPages Weights { get; init; }

    /// <summary>Rows and edges of the positions before p, which are canonical.</summary>
    public required IStoredPositions Stored { get; init; }

    /// <summary>leaf(0..T-1) of the shard as its batch publishes them.</summary>
    public required IReadOnlyList<Bytes32> TraceLeaves { get; init; }

    /// <summary>The tokens at positions 0..T.</summary>
    public required IReadOnlyList<uint> Tokens { get; init; }

    /// <summary>Of a sealed job; null for a public one.</summary>
    public CommitmentSalts? Salts { get; init; }
}

using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>
/// The commitments of one position at a shard's two edges. A shard's <see cref="HIn"/> equals its upstream's <see cref="HOut"/>
/// where both computed the same vector.
/// </summary>
/// <param name="HIn">Root of the vector that enters the first layer.</param>
/// <param name="HOut">Root of the vector that leaves the last layer.</param>
public readonly record struct BoundaryRoots(Bytes32 HIn, Bytes32 HOut);

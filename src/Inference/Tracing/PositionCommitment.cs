using TeeTee.Primitives;

namespace TeeTee.Inference.Tracing;

/// <summary>What a shard commits about one position.</summary>
/// <param name="Bounds">The roots at the shard's two edges.</param>
/// <param name="KvRoot">The root over the stored rows of the position.</param>
/// <param name="Leaf">leaf(p), made of the other three and p.</param>
internal readonly record struct PositionCommitment(BoundaryRoots Bounds, Bytes32 KvRoot, Bytes32 Leaf);

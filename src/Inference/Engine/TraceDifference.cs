using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>The first leaf in which a published trace leaves the canonical one.</summary>
/// <param name="Shard">Index of the shard in the pipeline.</param>
/// <param name="Position">The position of the leaf.</param>
/// <param name="Published">The published leaf; zero where the list is too short.</param>
/// <param name="Expected">The canonical leaf; zero where the published list is too long.</param>
public sealed record TraceDifference(int Shard, int Position, Bytes32 Published, Bytes32 Expected);

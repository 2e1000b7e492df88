using TeeTee.Primitives;

namespace TeeTee.Rollup.Evidence;

/// <summary>The first position at which a shard's published leaf list differs from re-execution.</summary>
/// <param name="Leaf">Receipt index.</param>
/// <param name="Part">Position in the pipeline.</param>
/// <param name="Slot">The slot id.</param>
/// <param name="Operator">Who signed.</param>
/// <param name="Position">First differing p.</param>
/// <param name="Expected">leaf(p) by re-execution.</param>
/// <param name="Actual">leaf(p) as published.</param>
/// <param name="Reproductions">How many independent re-executions gave the expected leaf.</param>
public sealed record TraceDifference(
    uint Leaf, int Part, uint Slot, Address Operator, uint Position, Bytes32 Expected, Bytes32 Actual, int Reproductions);

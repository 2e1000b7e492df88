using System.Collections.Immutable;

namespace TeeTee.Rollup.Faults;

/// <summary>Everything that one transaction needs to prove a fault of a batch's poster.</summary>
/// <param name="Judge">The contract that judges it.</param>
/// <param name="Function">Its function.</param>
/// <param name="Arguments">That function's arguments, as <see cref="Primitives.AbiCodec"/> takes them.</param>
public sealed record FaultProof(FaultJudge Judge, string Function, ImmutableArray<object> Arguments);

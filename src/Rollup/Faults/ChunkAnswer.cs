using System.Collections.Immutable;

namespace TeeTee.Rollup.Faults;

/// <summary>What answers a data challenge.</summary>
/// <param name="Function">The function of the contract ChunkAnswers.</param>
/// <param name="Arguments">Its arguments, as <see cref="Primitives.AbiCodec"/> takes them.</param>
public sealed record ChunkAnswer(string Function, ImmutableArray<object> Arguments);

using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Batching;

/// <summary>A batch with its place in the chain of batches, ready to be stored.</summary>
/// <param name="Jobs">Job ids in leaf order.</param>
/// <param name="Changed">Accounts that differ from the parent state.</param>
internal sealed record BuiltBatch(
    ulong Index, Bytes32 ParentHash, Bytes32 Hash, Batch Batch, ImmutableArray<Bytes32> Jobs, ImmutableArray<Account> Changed);

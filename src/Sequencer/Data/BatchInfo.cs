using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Data;

/// <summary>A batch as the API gives it (docs/api.md section 1).</summary>
/// <param name="PostedAt">The chain's time at posting; null until then.</param>
/// <param name="Transaction">The transaction that posted it; null until then.</param>
/// <param name="Status">built, posted, final or rolledBack.</param>
/// <param name="Chunks">Its data in order; left out of lists.</param>
public sealed record BatchInfo(
    ulong Index, Bytes32 Hash, Bytes32 ParentHash, BatchHeader Header, string Status, ulong? PostedAt = null,
    Bytes32? Transaction = null, ImmutableArray<ChunkInfo>? Chunks = null);

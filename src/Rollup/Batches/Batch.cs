using System.Collections.Immutable;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>A batch that is ready to be posted.</summary>
public sealed record Batch(BatchHeader Header, BatchData Data, ImmutableArray<DataChunk> Chunks, AccountTree StateAfter)
{
    /// <summary>The chunk records, to be served beside the chunks.</summary>
    public DataManifest Manifest => new([.. Chunks.Select(c => c.Record)]);
}

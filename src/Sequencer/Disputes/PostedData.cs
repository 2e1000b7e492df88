using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Batches as this sequencer posted them, put together from its database. Keeps the newest one. Safe for concurrent use.</summary>
internal sealed class PostedData(BatchStore batches)
{
    private readonly Lock _gate = new();
    private (PostedBatchRef Batch, BatchData Data)? _last;

    /// <summary>A batch with its data; null with a cause if the database has not both.</summary>
    public (PostedBatchRef Batch, BatchData Data)? Find(Bytes32 hash, out string cause)
    {
        cause = "";
        lock (_gate)
        {
            if (_last is { } known && known.Batch.Hash == hash)
                return known;
            if (batches.Find(hash) is not { } batch)
            {
                cause = $"this database has no batch {hash}";
                return null;
            }
            ImmutableArray<DataChunk> chunks =
                [.. batches.Manifest(batch.Index).Chunks.Select(record => new DataChunk(record, batches.Chunk(record.Hash) ?? []))];
            BatchReading reading = BatchDataReader.Read(batch.Header, chunks);
            if (reading.Data is null)
            {
                cause = $"the stored data of batch {batch.Index} cannot be read: {string.Join("; ", reading.Findings)}";
                return null;
            }
            _last = (new PostedBatchRef(batch.Index, batch.Hash, batch.Header), reading.Data);
            return _last;
        }
    }

    /// <summary>Makes answers from it; null with a cause likewise.</summary>
    public ChunkAnswers? Answers(Bytes32 hash, out string cause) => Find(hash, out cause) is { } found ? new ChunkAnswers(found.Batch, found.Data) : null;
}

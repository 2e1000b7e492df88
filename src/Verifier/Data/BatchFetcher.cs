using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Data;

/// <summary>Gets the manifest and the chunks of a batch from the sources, asking each in turn and again after a pause.</summary>
internal sealed class BatchFetcher(IReadOnlyList<DataSource> sources, FetchLimits limits, TimeProvider clock)
{
    private const int Concurrency = 4;

    /// <summary>The manifest of a batch whose data was published on chain, where all of it was; null otherwise.</summary>
    public Func<Bytes32, BatchHeader, DataManifest?>? Published { get; set; }

    /// <summary>Puts items that were published on chain in the place of those that are served; null changes nothing.</summary>
    public Func<Bytes32, FetchedBatch, FetchedBatch>? Overlay { get; set; }

    // Chunks of batches whose data was not complete in time: a later attempt asks only for the rest.
    private readonly ChunkCache _kept = new(256L << 20);

    /// <summary>Fetches what is to be had.</summary>
    /// <exception cref="JudgementException">The batch is larger than allowed.</exception>
    public async Task<FetchedBatch> FetchAsync(Bytes32 batchHash, BatchHeader header, CancellationToken cancellationToken)
    {
        if (header.ChunkCount > limits.MaxBatchBytes / ChunkRecord.ChunkBytes)
        {
            throw new JudgementException(
                VerdictCause.DataTooLarge, $"The batch has {header.ChunkCount} chunks; at most {limits.MaxBatchBytes} bytes are taken.");
        }

        long limit = 65_536 + (long)header.ChunkCount * ManifestReader.BytesPerChunk;
        DataManifest? manifest = null;
        string cause = await EachSourceAsync(
            0, s => s.GetBatchAsync(batchHash, limit, cancellationToken), bytes => ManifestReader.TryRead(bytes, header, out manifest), cancellationToken);
        manifest ??= Published?.Invoke(batchHash, header);
        return manifest is null
            ? new FetchedBatch(null, new Dictionary<Bytes32, byte[]>(), cause)
            : Overlaid(batchHash, header, await FetchChunksAsync(manifest, cancellationToken));
    }

    private async Task<FetchedBatch> FetchChunksAsync(DataManifest manifest, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<Bytes32, byte[]> chunks = [];
        string lastCause = "";
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        bool isComplete = false;
        try
        {
            await Parallel.ForEachAsync(manifest.Chunks.Select(c => c.Hash).Distinct().Select((h, i) => (h, i)), parallel, FetchAsync);
            isComplete = lastCause.Length == 0;
        }
        finally
        {
            if (!isComplete)
                _kept.Add(chunks);
        }

        return new FetchedBatch(manifest, chunks, lastCause);

        async ValueTask FetchAsync((Bytes32 Hash, int Place) chunk, CancellationToken token)
        {
            byte[]? found = _kept.Find(chunk.Hash);
            if (found is null)
            {
                string cause = await EachSourceAsync(
                    chunk.Place, s => s.GetChunkAsync(chunk.Hash, ChunkRecord.ChunkBytes, token), bytes => (found = Checked(bytes, chunk.Hash)) is not null, token);
                if (found is null)
                    Volatile.Write(ref lastCause, cause);
            }

            if (found is not null)
                chunks[chunk.Hash] = found;
        }
    }

    // What was published on chain is what the leaves bind; what is served beside it may be anything.
    private FetchedBatch Overlaid(Bytes32 batchHash, BatchHeader header, FetchedBatch fetched)
    {
        FetchedBatch overlaid = Overlay?.Invoke(batchHash, fetched) ?? fetched;
        return overlaid with { IsPublished = overlaid.Manifest!.Root() != header.DataRoot };
    }

    /// <summary>Keeps bytes that were found elsewhere, as on chain, for the next look at the batch that holds them.</summary>
    public void Keep(IEnumerable<byte[]> chunks) => _kept.Add(chunks.Select(c => KeyValuePair.Create(Keccak256.Hash(c), c)));

    private static byte[]? Checked(byte[] bytes, Bytes32 hash) => Keccak256.Hash(bytes) == hash ? bytes : null;

    // Empty if the answer of one source was accepted, otherwise why the last one was not.
    private async Task<string> EachSourceAsync(
        int first, Func<DataSource, Task<FetchResult>> get, Func<byte[], bool> accept, CancellationToken cancellationToken)
    {
        string cause = "";
        for (int attempt = 0; attempt < limits.Attempts; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(limits.Pause * Math.Pow(2, Math.Min(attempt - 1, 6)), clock, cancellationToken);
            for (int i = 0; i < sources.Count; i++)
            {
                DataSource source = sources[(first + i) % sources.Count];
                FetchResult result = await get(source);
                if (result.Bytes is { } bytes && accept(bytes))
                    return "";
                cause = result.Bytes is null ? result.Cause : $"{source.Name}: the bytes are not the committed ones";
            }
        }

        return cause;
    }
}

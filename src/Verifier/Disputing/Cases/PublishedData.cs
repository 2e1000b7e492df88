using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// What posters published on chain because it was demanded: read from the events, and given to the judge as if it had been served. Nothing of it is
/// believed but what hashes to the batch's roots.
/// </summary>
internal sealed class PublishedData
{
    // Beyond it a batch is larger than any honest one; what it costs is bounded by the cap on bonds.
    private const uint MostDemanded = 65_536;

    private const long MostPositions = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<Bytes32, Dictionary<ItemKey, SortedDictionary<uint, byte[]>>> _batches = [];

    /// <summary>Reads the answers to demands for a batch's data.</summary>
    public async Task ReadAsync(GameReader reader, GameSite site, BatchPosting posting, BatchFetcher fetcher, CancellationToken cancellationToken)
    {
        Address address = site.Kinds[DisputeKind.DataChallenges];
        LogFilter filter = new()
        {
            FromBlock = Math.Min(posting.BlockNumber, site.Pin.Number),
            ToBlock = site.Pin.Number,
            Addresses = [address],
            Topics = [[ChunkPublished.Topic]],
        };
        IReadOnlyList<LogEntry> logs = await reader.AgreeOnAsync(
            e => e.Client.GetLogsAsync(filter, cancellationToken), "published data",
            l => string.Join(';', l.Select(x => $"{x.BlockHash}{x.LogIndex}{Keccak256.Hash(x.Data.Span)}")));
        foreach (LogEntry log in logs)
        {
            if (ChunkPublished.TryDecode(log, out ChunkPublished? chunk) && chunk.BatchHash == posting.BatchHash)
                Add(chunk);
        }

        lock (_gate)
        {
            if (_batches.TryGetValue(posting.BatchHash, out var items))
                fetcher.Keep(items.Values.SelectMany(Chunks));
        }
    }

    /// <summary>What has to be demanded next: receipts and quotes where nothing else can be named yet, then what the receipts name.</summary>
    public IReadOnlyList<ChunkPlace> Missing(BatchPosting posting, BatchVerdict verdict)
    {
        if (verdict.Cause == VerdictCause.ChunksMissing)
            return FaultRemedies.ForMissing(verdict.Evidence.Missing).Places;
        List<ChunkPlace> places =
        [
            // The last one first: its state is the batch's, and an index that nothing stands behind convicts by silence.
            .. posting.Header.Count == 0 ? [] : (ChunkPlace[])[new ChunkPlace(posting.Header.Count - 1, DataKind.QueryReceipt, 0, 0)],
            .. Enumerable.Range(0, (int)Math.Min(posting.Header.Count - Math.Min(posting.Header.Count, 1), MostDemanded)).Select(i => new ChunkPlace((uint)i, DataKind.QueryReceipt, 0, 0)),
            .. Enumerable.Range(0, (int)Math.Min(posting.Header.QuoteCount, MostDemanded)).Select(i => new ChunkPlace(ItemKey.NoLeaf, DataKind.Quote, (ushort)i, 0)),
        ];
        foreach ((QueryReceipt receipt, int i) in Receipts(posting).Select((r, i) => (r, i)).Where(p => p.r is not null).Select(p => (p.r!, p.i)))
            places.AddRange(PlacesOf(receipt, (uint)i));
        return [.. places.Where(p => !Has(posting.BatchHash, p))];
    }

    /// <summary>The receipts of a batch in a form that opens leaves; null unless all are known.</summary>
    public BatchData? Leaves(BatchPosting posting) => Leaves(posting, [.. Receipts(posting)]);

    /// <summary>The same from receipts that were served.</summary>
    public BatchData? Leaves(BatchPosting posting, IReadOnlyList<byte[]> receipts) =>
        Leaves(posting, [.. receipts.Select(bytes => MessageCodec.TryDecode(bytes, out QueryReceipt? receipt) ? receipt : null)]);

    private static BatchData? Leaves(BatchPosting posting, IReadOnlyList<QueryReceipt?> receipts)
    {
        if (receipts.Count == 0 || receipts.Any(r => r is null))
            return null;
        BatchData data = new([.. receipts.Select(r => new BatchLeaf { Receipt = r!, Request = null!, Shards = [], Tokens = default, LeafLists = [] })], []);
        return data.ReceiptsRoot() == posting.Header.ReceiptsRoot ? data : null;
    }

    /// <summary>Whether everything of a batch is known from the chain.</summary>
    public bool IsComplete(BatchPosting posting) => Manifest(posting.BatchHash, posting.Header) is not null;

    /// <summary>
    /// The manifest that the published items make: where it is the committed one, or where every item that the leaves bind is there. Null otherwise.
    /// </summary>
    public DataManifest? Manifest(Bytes32 batchHash, BatchHeader header)
    {
        lock (_gate)
        {
            if (!_batches.TryGetValue(batchHash, out var items))
                return null;
            DataItem[] known = [.. items.OrderBy(i => i.Key).Select(i => new DataItem(i.Key, i.Value.SelectMany(c => c.Value).ToArray()))];
            ImmutableArray<DataChunk> chunks = [.. DataChunk.Cut(known)];
            DataManifest manifest = new([.. chunks.Select(c => c.Record)]);
            return manifest.Root() == header.DataRoot || HasEverything(batchHash, header) ? manifest : null;
        }
    }

    /// <summary>
    /// A batch as it is served, but with every item that was published on chain in the place of the one that is served: the contract took it because the leaf
    /// binds it, so a poster cannot serve something else to keep a computation from being judged.
    /// </summary>
    public FetchedBatch Overlay(Bytes32 batchHash, FetchedBatch fetched)
    {
        if (fetched.Manifest is not { } manifest)
            return fetched;
        lock (_gate)
        {
            if (!_batches.TryGetValue(batchHash, out var items))
                return fetched;
            List<ChunkRecord> records = [.. manifest.Chunks];
            Dictionary<Bytes32, byte[]> chunks = fetched.Chunks.ToDictionary();
            bool changed = false;
            foreach ((ItemKey key, SortedDictionary<uint, byte[]> parts) in items.Where(i => IsWhole(i.Value)))
            {
                DataChunk[] own = [.. DataChunk.Cut([new DataItem(key, parts.Values.SelectMany(p => p).ToArray())])];
                if (own.Select(c => c.Record).SequenceEqual(records.Where(r => r.Item == key)))
                    continue;
                records.RemoveAll(r => r.Item == key);
                records.AddRange(own.Select(c => c.Record));
                foreach (DataChunk chunk in own)
                    chunks[chunk.Record.Hash] = chunk.Bytes.ToArray();
                changed = true;
            }

            return changed
                ? fetched with { Manifest = new DataManifest([.. records.OrderBy(r => r.Item).ThenBy(r => r.Number)]), Chunks = chunks }
                : fetched;
        }
    }

    private static bool IsWhole(SortedDictionary<uint, byte[]> parts) =>
        parts.Count > 0 && parts.Keys.SequenceEqual(Enumerable.Range(0, parts.Count).Select(i => (uint)i))
        && parts.Values.SkipLast(1).All(p => p.Length == ChunkRecord.ChunkBytes) && parts.Values.Last().Length < ChunkRecord.ChunkBytes;

    private bool HasEverything(Bytes32 batchHash, BatchHeader header)
    {
        for (uint i = 0; i < header.QuoteCount; i++)
        {
            if (!Has(batchHash, new ChunkPlace(ItemKey.NoLeaf, DataKind.Quote, (ushort)i, 0)))
                return false;
        }

        uint leaf = 0;
        foreach (QueryReceipt? receipt in Receipts(batchHash, header))
        {
            if (receipt is null || PlacesOf(receipt, leaf++).Any(p => !Has(batchHash, p)))
                return false;
        }

        return leaf == header.Count;
    }

    private void Add(ChunkPublished chunk)
    {
        lock (_gate)
        {
            if (!_batches.TryGetValue(chunk.BatchHash, out var items))
                _batches[chunk.BatchHash] = items = [];
            ItemKey key = new(chunk.Place.Leaf, chunk.Place.Kind, chunk.Place.Part);
            if (!items.TryGetValue(key, out SortedDictionary<uint, byte[]>? parts))
                items[key] = parts = [];
            if (chunk.Content.Length > 0 || chunk.Place.Number == 0)
                parts[chunk.Place.Number] = chunk.Content.ToArray();
        }
    }

    private bool Has(Bytes32 batchHash, ChunkPlace place)
    {
        lock (_gate)
            return _batches.TryGetValue(batchHash, out var items) && items.TryGetValue(new ItemKey(place.Leaf, place.Kind, place.Part), out var parts) && parts.ContainsKey(place.Number);
    }

    private IEnumerable<QueryReceipt?> Receipts(BatchPosting posting) => Receipts(posting.BatchHash, posting.Header);

    private IEnumerable<QueryReceipt?> Receipts(Bytes32 batchHash, BatchHeader header)
    {
        for (uint i = 0; i < Math.Min(header.Count, MostDemanded); i++)
        {
            byte[]? bytes;
            lock (_gate)
            {
                bytes = _batches.TryGetValue(batchHash, out var items) && items.TryGetValue(new ItemKey(i, DataKind.QueryReceipt, 0), out var parts)
                    ? [.. parts.SelectMany(p => p.Value)]
                    : null;
            }

            yield return bytes is not null && MessageCodec.TryDecode(bytes, out QueryReceipt? receipt) ? receipt : null;
        }
    }

    private static IEnumerable<ChunkPlace> PlacesOf(QueryReceipt receipt, uint leaf)
    {
        yield return new ChunkPlace(leaf, DataKind.Request, 0, 0);
        if (receipt.Finish == FinishReason.Void)
            yield break;
        // Counts that no job has would name places without end; the rules judge them once the receipt is read.
        uint positions = (uint)Math.Clamp((long)receipt.PromptTokens + receipt.OutputTokens - 1, 1, MostPositions);
        for (int part = 0; part < receipt.ShardReceiptHashes.Length; part++)
            yield return new ChunkPlace(leaf, DataKind.ShardReceipt, (ushort)part, 0);
        for (uint n = 0; n < ChunkRecord.CountFor((positions + 1) * sizeof(uint)); n++)
            yield return new ChunkPlace(leaf, DataKind.Tokens, 0, n);
        for (int part = 0; part < receipt.ShardReceiptHashes.Length; part++)
        {
            for (uint n = 0; n < ChunkRecord.CountFor(positions * Bytes32.Size); n++)
                yield return new ChunkPlace(leaf, DataKind.LeafList, (ushort)part, n);
        }

        if (!receipt.CancelHash.IsZero)
            yield return new ChunkPlace(leaf, DataKind.Cancel, 0, 0);
    }

    private static IEnumerable<byte[]> Chunks(SortedDictionary<uint, byte[]> parts)
    {
        byte[] item = [.. parts.Values.SelectMany(p => p)];
        return item.Length == 0 ? [[]] : item.Chunk(ChunkRecord.ChunkBytes);
    }
}

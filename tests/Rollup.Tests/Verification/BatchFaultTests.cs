using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Tests.Verification;

public sealed class BatchFaultTests
{
    private static readonly Dictionary<BatchFault, Func<BatchHeader, BatchHeader>> s_headers = new()
    {
        [BatchFault.VersionUnknown] = h => h with { Version = 2 },
        [BatchFault.CountMismatch] = h => h with { Count = h.Count + 1 },
        [BatchFault.ReceiptsRootMismatch] = h => h with { ReceiptsRoot = h.DataRoot },
        [BatchFault.QuoteCountMismatch] = h => h with { QuoteCount = h.QuoteCount - 1 },
        [BatchFault.QuotesRootMismatch] = h => h with { QuotesRoot = h.DataRoot },
        [BatchFault.ChunkCountMismatch] = h => h with { ChunkCount = h.ChunkCount + 1 },
        [BatchFault.DataRootMismatch] = h => h with { DataRoot = h.StateRoot },
        [BatchFault.StateRootMismatch] = h => h with { StateRoot = h.DataRoot },
    };

    private readonly World _world = new();

    public static TheoryData<BatchFault> HeaderFaults => [.. s_headers.Keys];

    [Theory]
    [MemberData(nameof(HeaderFaults))]
    public void Check_PlantedHeaderFault_FindsExactlyIt(BatchFault fault)
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1), _world.Draft(2));

        Assert.Equal([fault], Faults(s_headers[fault](header), data));
    }

    [Fact]
    public void Check_EmptyBatch_FindsExactlyIt()
    {
        BatchData data = new([], []);
        BatchHeader header = new(1, data.ReceiptsRoot(), 0, data.QuotesRoot(), 0, new DataManifest([]).Root(), 0, Bytes32.Zero);

        Assert.Equal([BatchFault.Empty], Faults(header, data));
    }

    [Fact]
    public void Check_QuoteOfOtherBytes_FindsExactlyIt()
    {
        BatchData data = _world.Build(_world.Draft(1)).Data;
        data = data with { Quotes = [data.Quotes[0] with { Quote = new byte[] { 1 } }, data.Quotes[1]] };

        Assert.Equal([BatchFault.QuoteHashMismatch], Faults(BatchBuilder.HeaderOf(data, data.Chunks()), data));
    }

    [Fact]
    public void Check_QuoteTwice_FindsExactlyIt()
    {
        BatchData data = _world.Build(_world.Draft(1)).Data;
        data = data with { Quotes = [.. data.Quotes, data.Quotes[0]] };

        Assert.Equal([BatchFault.QuoteRepeated], Faults(BatchBuilder.HeaderOf(data, data.Chunks()), data));
    }

    [Fact]
    public void Check_RefusedQuote_FindsExactlyIt()
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1));
        BatchContext context = _world.Context(0) with { Quotes = [QuoteVerdict.Accepted, new QuoteVerdict(false, "chain")] };

        Assert.Equal(BatchFault.QuoteRejected, Assert.Single(BatchRules.Check(header, data, context).Findings).Fault);
    }

    [Fact]
    public void Read_HonestChunks_GivesTheData()
    {
        (BatchHeader header, BatchData data) = Large();

        BatchReading reading = BatchDataReader.Read(header, data.Chunks());

        Assert.Equal(data, reading.Data);
        Assert.Empty(reading.Findings);
        Assert.True(header.ChunkCount > data.Items().Count());
    }

    [Fact]
    public void Read_ChunkNotServedOrWrong_IsMissing()
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1));
        ImmutableArray<DataChunk> chunks = data.Chunks();
        DataManifest manifest = new([.. chunks.Select(c => c.Record)]);
        foreach (DataChunk lost in chunks)
        {
            BatchReading absent = BatchDataReader.Read(header, manifest, hash => Content(chunks, hash, lost, null));
            BatchReading wrong = BatchDataReader.Read(header, manifest, hash => Content(chunks, hash, lost, new byte[] { 1, 2 }));

            Assert.Equal(lost.Record, Assert.Single(absent.Missing));
            Assert.Equal(lost.Record, Assert.Single(wrong.Missing));
            Assert.Null(absent.Data);
            Assert.Empty(absent.Findings);
        }
    }

    [Fact]
    public void Read_ManifestOfAnotherBatch_SaysSo()
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1));

        Assert.False(BatchDataReader.Read(header, data.Chunks()[1..]).IsManifestOfBatch);
        Assert.False(BatchDataReader.Read(header with { DataRoot = header.StateRoot }, data.Chunks()).IsManifestOfBatch);
    }

    [Fact]
    public void Read_AnyItemDropped_FindsItMissing()
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1));
        DataItem[] items = [.. data.Items()];
        foreach (DataItem dropped in items)
            Assert.Contains(BatchFault.ItemMissing, ReadFaults(header, items.Where(i => i.Key != dropped.Key)));
    }

    [Fact]
    public void Read_AnyItemDamaged_FindsItMalformed()
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1));
        DataItem[] items = [.. data.Items()];
        foreach (DataItem damaged in items.Where(i => i.Key.Kind is not (DataKind.Tokens or DataKind.LeafList)))
        {
            IEnumerable<DataItem> changed = items.Select(i => i.Key == damaged.Key ? i with { Bytes = i.Bytes[..^1] } : i);
            Assert.Contains(BatchFault.ItemMalformed, ReadFaults(header, changed));
        }
    }

    [Fact]
    public void Read_ItemTooMany_FindsItUnexpected()
    {
        (BatchHeader header, BatchData data) = _world.Build(_world.Draft(1));
        DataItem[] items = [.. data.Items()];
        ItemKey[] keys =
        [
            new(0, DataKind.Request, 1), new(0, DataKind.ShardReceipt, 2), new(0, DataKind.LeafList, 9), new(1, DataKind.Tokens, 0),
            new(ItemKey.NoLeaf, DataKind.Quote, 2), new(ItemKey.NoLeaf, DataKind.Tokens, 0),
        ];
        foreach (ItemKey key in keys)
        {
            IEnumerable<DataItem> more = items.Append(new DataItem(key, new byte[] { 1 })).OrderBy(i => i.Key);
            Assert.Equal([BatchFault.ItemUnexpected], ReadFaults(header, more));
        }
    }

    [Fact]
    public void Read_ChunksShuffledOrShortened_FindsThemMalformed()
    {
        (BatchHeader header, BatchData data) = Large();
        DataChunk[] chunks = [.. data.Chunks()];
        int first = Array.FindIndex(chunks, c => c.Record.ItemLength > ChunkRecord.ChunkBytes);
        DataChunk[] swapped = [.. chunks];
        (swapped[first], swapped[first + 1]) = (swapped[first + 1], swapped[first]);
        DataChunk[] dropped = [.. chunks.Where((_, i) => i != first)];
        byte[] shorter = chunks[first].Bytes[..100].ToArray();
        DataChunk[] cut = [.. chunks];
        cut[first] = new DataChunk(cut[first].Record with { Hash = Keccak256.Hash(shorter) }, shorter);

        foreach (DataChunk[] wrong in new[] { swapped, dropped, cut })
            Assert.Equal([BatchFault.ChunksMalformed], Read(header, [.. wrong]));
    }

    [Fact]
    public void TryDecode_EncodedManifest_ReturnsItself()
    {
        ImmutableArray<DataChunk> chunks = Large().Data.Chunks();
        DataManifest manifest = new([.. chunks.Select(c => c.Record)]);
        byte[] bytes = manifest.Encode();

        Assert.True(DataManifest.TryDecode(bytes, (uint)chunks.Length, out DataManifest? decoded));
        Assert.Equal(manifest, decoded);
        Assert.False(DataManifest.TryDecode(bytes.AsSpan(1), (uint)chunks.Length, out _));
        Assert.False(DataManifest.TryDecode(bytes, uint.MaxValue, out _));
    }

    private (BatchHeader Header, BatchData Data) Large()
    {
        Draft draft = _world.Draft(1);
        draft.Request = draft.Request with { Privacy = PrivacyMode.Sealed };
        draft.Leaf = leaf => leaf with { Tokens = new byte[ChunkRecord.ChunkBytes + 5] };
        return _world.Build(draft, _world.Draft(2));
    }

    private IEnumerable<BatchFault> Faults(BatchHeader header, BatchData data) =>
        BatchRules.Check(header, data, _world.Context(data.Quotes.Length)).Findings.Select(f => f.Fault);

    private static IEnumerable<BatchFault> ReadFaults(BatchHeader header, IEnumerable<DataItem> items) => Read(header, [.. DataChunk.Cut(items)]);

    private static IEnumerable<BatchFault> Read(BatchHeader header, ImmutableArray<DataChunk> chunks)
    {
        DataManifest manifest = new([.. chunks.Select(c => c.Record)]);
        BatchHeader fitting = header with { DataRoot = manifest.Root(), ChunkCount = (uint)chunks.Length };
        BatchReading reading = BatchDataReader.Read(fitting, chunks);
        Assert.True(reading.IsManifestOfBatch);
        Assert.Null(reading.Data);
        return reading.Findings.Select(f => f.Fault);
    }

    private static ReadOnlyMemory<byte>? Content(ImmutableArray<DataChunk> chunks, Bytes32 hash, DataChunk lost, byte[]? instead) =>
        hash == lost.Record.Hash ? (instead is null ? (ReadOnlyMemory<byte>?)null : instead) : chunks.First(c => c.Record.Hash == hash).Bytes;
}

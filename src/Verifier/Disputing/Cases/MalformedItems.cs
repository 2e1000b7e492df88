using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Disputing;

/// <summary>Finds the items of a batch that nobody can read: what stands in their place is demanded, because an answer must be what the leaf binds. Pure.</summary>
internal static class MalformedItems
{
    /// <summary>The query receipts as they are, by leaf; empty bytes where a leaf has none.</summary>
    public static IReadOnlyList<byte[]> Receipts(DisputeCase found) =>
        [.. Enumerable.Range(0, (int)Math.Min(found.Posting.Header.Count, 65_536)).Select(i => Item(found, new ItemKey((uint)i, DataKind.QueryReceipt, 0)) ?? [])];

    /// <summary>The leaves whose receipt does not decode.</summary>
    public static IEnumerable<int> BadReceipts(DisputeCase found) => Receipts(found)
        .Select((bytes, i) => (bytes, i)).Where(p => !MessageCodec.TryDecode(p.bytes, out QueryReceipt? _)).Select(p => p.i);

    /// <summary>Where another item does not decode.</summary>
    public static IEnumerable<ChunkPlace> BadItems(DisputeCase found) => found.Manifest.Chunks
        .Where(c => c.Item.Kind != DataKind.QueryReceipt && c.Number == 0)
        .Where(c => Item(found, c.Item) is not { } bytes || !Decodes(c.Item.Kind, bytes))
        .Select(ChunkAnswers.PlaceOf).Distinct();

    private static byte[]? Item(DisputeCase found, ItemKey key)
    {
        List<byte> bytes = [];
        bool any = false;
        foreach (ChunkRecord chunk in found.Manifest.Chunks.Where(c => c.Item == key))
        {
            if (!found.Chunks.TryGetValue(chunk.Hash, out byte[]? part))
                return null;
            bytes.AddRange(part);
            any = true;
        }

        return any ? [.. bytes] : null;
    }

    private static bool Decodes(DataKind kind, byte[] bytes) => kind switch
    {
        DataKind.Request => Signed<JobRequest>.TryDecode(bytes, out _),
        DataKind.ShardReceipt => ShardEntry.TryDecode(bytes, out _),
        DataKind.Cancel => Signed<CancelJob>.TryDecode(bytes, out _),
        DataKind.Quote => QuoteItem.TryDecode(bytes, out _),
        DataKind.LeafList => bytes.Length % 32 == 0,
        _ => true,
    };
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Batches;

/// <summary>Decodes the items of one leaf.</summary>
internal sealed class LeafDecoder(uint leaf, Func<ItemKey, ReadOnlyMemory<byte>?> take, Action<BatchFinding> report)
{
    private delegate bool TryDecode<T>(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? value);

    /// <summary>The leaf, or null after reporting what is missing or malformed.</summary>
    public BatchLeaf? Decode()
    {
        Signed<JobRequest>? request = Required<Signed<JobRequest>>(DataKind.Request, 0, Signed<JobRequest>.TryDecode);
        QueryReceipt? receipt = Required<QueryReceipt>(DataKind.QueryReceipt, 0, MessageCodec.TryDecode);
        if (request is null || receipt is null)
            return null;
        bool isVoid = receipt.Finish == FinishReason.Void;
        ReadOnlyMemory<byte>? tokens = Bytes(DataKind.Tokens, 0, isRequired: !isVoid);
        ImmutableArray<ShardEntry>? shards = Shards(receipt.ShardReceiptHashes.Length);
        ImmutableArray<ReadOnlyMemory<byte>>? lists = LeafLists(receipt.ShardReceiptHashes.Length);
        if (!Optional(DataKind.Cancel, Signed<CancelJob>.TryDecode, out Signed<CancelJob>? cancel))
            return null;
        if (shards is null || lists is null || (tokens is null && !isVoid))
            return null;
        return new BatchLeaf
        {
            Receipt = receipt,
            Request = request,
            Shards = shards.Value,
            Tokens = tokens ?? ReadOnlyMemory<byte>.Empty,
            LeafLists = lists.Value,
            Cancel = cancel,
        };
    }

    private ImmutableArray<ShardEntry>? Shards(int count)
    {
        ShardEntry?[] entries = [.. Enumerable.Range(0, count).Select(i => Required<ShardEntry>(DataKind.ShardReceipt, i, ShardEntry.TryDecode))];
        return entries.Contains(null) ? null : [.. entries!];
    }

    private ImmutableArray<ReadOnlyMemory<byte>>? LeafLists(int count)
    {
        ReadOnlyMemory<byte>?[] lists = [.. Enumerable.Range(0, count).Select(i => Bytes(DataKind.LeafList, i, isRequired: true))];
        return lists.Any(l => l is null) ? null : [.. lists.Select(l => l!.Value)];
    }

    private T? Required<T>(DataKind kind, int part, TryDecode<T> decode)
        where T : class
    {
        ReadOnlyMemory<byte>? bytes = Bytes(kind, part, isRequired: true);
        if (bytes is null)
            return null;
        if (decode(bytes.Value.Span, out T? value))
            return value;
        Report(BatchFault.ItemMalformed, kind, part, $"{bytes.Value.Length} bytes");
        return null;
    }

    private bool Optional<T>(DataKind kind, TryDecode<T> decode, out T? value)
        where T : class
    {
        value = null;
        ReadOnlyMemory<byte>? bytes = Bytes(kind, 0, isRequired: false);
        if (bytes is null || decode(bytes.Value.Span, out value))
            return true;
        Report(BatchFault.ItemMalformed, kind, 0, $"{bytes.Value.Length} bytes");
        return false;
    }

    private ReadOnlyMemory<byte>? Bytes(DataKind kind, int part, bool isRequired)
    {
        ReadOnlyMemory<byte>? bytes = take(new ItemKey(leaf, kind, (ushort)part));
        if (bytes is null && isRequired)
            Report(BatchFault.ItemMissing, kind, part, "none");
        return bytes;
    }

    private void Report(BatchFault fault, DataKind kind, int part, string actual) =>
        report(new BatchFinding(fault, leaf, null, $"{kind} {part}", actual));
}

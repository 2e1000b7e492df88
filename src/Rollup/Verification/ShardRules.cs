using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Rollup.Verification;

/// <summary>Rules between a leaf, its shard receipts, the registry and the quotes.</summary>
internal static class ShardRules
{
    public static void Check(LeafCheck check)
    {
        BatchLeaf leaf = check.Leaf;
        int count = leaf.Shards.Length;
        if (count is 0 or > LeafRules.MostShards || leaf.Receipt.ShardReceiptHashes.Length != count || leaf.LeafLists.Length != count)
        {
            string actual = $"{count} receipts, {leaf.Receipt.ShardReceiptHashes.Length} hashes, {leaf.LeafLists.Length} leaf lists";
            check.Add(LeafFault.ShardCountWrong, $"1 to {LeafRules.MostShards} of each", actual);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            CheckReceipt(check, i, leaf.Shards[i].Receipt);
            CheckSlot(check, i, leaf.Shards[i].Receipt);
            CheckQuote(check, i, leaf.Shards[i]);
        }

        CheckLayers(check);
    }

    /// <summary>The first place at which the slots are not contiguous over [0, layerCount), as text; null if they are.</summary>
    public static string? FirstGap(IReadOnlyList<Slot> slots, uint layerCount)
    {
        long next = 0;
        foreach (Slot slot in slots)
        {
            if (slot.FirstLayer != next || slot.LayerCount == 0)
                return $"slot {slot.SlotId} has [{slot.FirstLayer}, +{slot.LayerCount}) at layer {next}";
            next += slot.LayerCount;
        }

        return next == layerCount ? null : $"the slots end at layer {next}";
    }

    private static void CheckReceipt(LeafCheck check, int part, Signed<ShardReceipt> signed)
    {
        ShardReceipt receipt = signed.Message;
        check.Equal(LeafFault.ShardReceiptHashMismatch, signed.Hash(), check.Receipt.ShardReceiptHashes[part], part);
        check.Equal(LeafFault.ShardJobIdMismatch, check.JobId, receipt.JobId, part);
        check.Equal(LeafFault.ShardPositionsMismatch, check.Positions, receipt.Positions, part);
        check.Equal(LeafFault.ShardTokensRootMismatch, check.Receipt.TokensRoot, receipt.TokensRoot, part);
        if (check.Context.PostedAt >= receipt.PostBefore)
            check.Add(LeafFault.PostBeforePassed, $"posted before {receipt.PostBefore}", $"posted at {check.Context.PostedAt}", part);
    }

    private static void CheckSlot(LeafCheck check, int part, Signed<ShardReceipt> signed)
    {
        ShardReceipt receipt = signed.Message;
        Slot? slot = check.Context.View.Slot(receipt.Slot);
        if (slot is null)
        {
            check.Add(LeafFault.SlotUnknown, "a registered slot", $"{receipt.Slot}", part);
            return;
        }

        check.Equal(LeafFault.SlotModelMismatch, check.Request.ModelId, slot.ModelId, part);
        check.Equal(LeafFault.SlotOperatorMismatch, slot.Operator, receipt.Operator, part);
        Address? signer = check.Context.Domain.Signer(signed, check.Context.Recovery);
        bool valid = check.Context.View.Keys(receipt.Slot).Any(k => k.SigningKey == signer && k.IsValidAt(receipt.Epoch));
        if (!valid)
        {
            string expected = $"a key of slot {receipt.Slot} at epoch {receipt.Epoch}";
            check.Add(LeafFault.ShardSignatureInvalid, expected, signer?.ToString() ?? "no key", part);
        }
    }

    private static void CheckQuote(LeafCheck check, int part, ShardEntry entry)
    {
        if (entry.QuoteIndex >= check.Quotes.Count)
        {
            check.Add(LeafFault.QuoteIndexOutOfRange, $"below {check.Quotes.Count}", $"{entry.QuoteIndex}", part);
            return;
        }

        QuoteRecord record = check.Quotes[(int)entry.QuoteIndex].Record;
        ShardReceipt receipt = entry.Receipt.Message;
        var expected = (check.Request.ModelId, receipt.Slot, receipt.Operator, receipt.Epoch);
        check.Equal(LeafFault.QuoteRecordMismatch, expected, (record.ModelId, record.Slot, record.Operator, record.Epoch), part);
        CheckQuotedKey(check, part, record, receipt);
        if (!ExecutionTree.Verify(record.ExecutionRoot, check.Context.Domain.Digest(receipt), entry.Proof))
            check.Add(LeafFault.ExecutionProofInvalid, $"receipt under {record.ExecutionRoot}", $"index {entry.Proof.Index} of {entry.Proof.Size}", part);
    }

    // The quote must attest the very keys that the registry holds; whether the receipt is signed by one is ShardSignatureInvalid's.
    private static void CheckQuotedKey(LeafCheck check, int part, QuoteRecord record, ShardReceipt receipt)
    {
        IReadOnlyList<SlotKey> keys = check.Context.View.Keys(receipt.Slot);
        bool registered = keys.Any(
            k => k.SigningKey == record.SigningKey && k.EncryptionKey == record.EncryptionKey && k.IsValidAt(receipt.Epoch));
        if (!registered && check.Context.View.Slot(receipt.Slot) is not null)
            check.Add(LeafFault.QuoteRecordMismatch, $"keys of slot {receipt.Slot} at epoch {receipt.Epoch}", $"{record.SigningKey}", part);
    }

    private static void CheckLayers(LeafCheck check)
    {
        Slot?[] slots = [.. check.Leaf.Shards.Select(s => check.Context.View.Slot(s.Receipt.Message.Slot))];
        if (!slots.Contains(null) && FirstGap(slots!, check.Model!.LayerCount) is { } gap)
            check.Add(LeafFault.LayersNotContiguous, $"[0, {check.Model.LayerCount})", gap);
    }
}

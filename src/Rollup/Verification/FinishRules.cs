using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>Rules of counts, fee, finish and cancellation.</summary>
internal static class FinishRules
{
    public static void Check(LeafCheck check)
    {
        QueryReceipt receipt = check.Receipt;
        uint limit = JobRequestRules.EffectiveOutputLimit(check.Request, check.Model!.ContextLength);
        if (receipt.OutputTokens == 0 || receipt.OutputTokens > limit)
            check.Add(LeafFault.OutputTokensOutOfRange, $"1 to {limit}", $"{receipt.OutputTokens}");
        else if (receipt.Finish == FinishReason.Length)
            check.Equal(LeafFault.LengthMismatch, limit, receipt.OutputTokens);
        CheckFee(check);
        CheckCancel(check);
    }

    public static void CheckVoid(LeafCheck check)
    {
        QueryReceipt receipt = check.Receipt;
        bool empty = receipt.ShardReceiptHashes.IsEmpty && check.Leaf.Shards.IsEmpty && check.Leaf.LeafLists.IsEmpty
            && receipt.OutputTokens == 0 && receipt.Fee == 0 && receipt.TokensRoot.IsZero && check.Leaf.Tokens.IsEmpty;
        if (!empty)
            check.Add(LeafFault.VoidNotEmpty, "no receipts, output, fee or tokens", $"{receipt.OutputTokens} tokens for {receipt.Fee} wei");
        CheckCancel(check);
    }

    private static void CheckFee(LeafCheck check)
    {
        UInt128? fee = JobRequestRules.Fee(check.Request, check.Receipt.OutputTokens);
        if (fee != check.Receipt.Fee)
            check.Add(LeafFault.FeeMismatch, fee?.ToString() ?? "less than 2^128", $"{check.Receipt.Fee}");
    }

    private static void CheckCancel(LeafCheck check)
    {
        Signed<CancelJob>? cancel = check.Leaf.Cancel;
        if (check.Receipt.Finish != FinishReason.Cancelled)
        {
            if (cancel is not null || !check.Receipt.CancelHash.IsZero)
                check.Add(LeafFault.CancelUnexpected, "no cancellation", $"{check.Receipt.CancelHash}");
            return;
        }

        if (cancel is null)
        {
            check.Add(LeafFault.CancelMissing, "a signed cancellation", "none");
            return;
        }

        check.Equal(LeafFault.CancelHashMismatch, cancel.Hash(), check.Receipt.CancelHash);
        check.Equal(LeafFault.CancelJobMismatch, check.JobId, cancel.Message.JobId);
        check.Equal(LeafFault.CancelCountMismatch, cancel.Message.OutputTokens, check.Receipt.OutputTokens);
        if (RequestRules.WrongSigner(check, cancel) is { } signer)
            check.Add(LeafFault.CancelSignerInvalid, "the user or its session key", signer);
    }
}

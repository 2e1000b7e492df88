using System.Buffers.Binary;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>Rules of the published tokens and leaf lists. What is sealed is judged by its form, and for the rest by those who can read it.</summary>
internal static class TokenRules
{
    public static void Check(LeafCheck check)
    {
        CheckLeafLists(check);
        if (check.Receipt.OutputTokens == 0)
            return;
        if (check.Request.Privacy == PrivacyMode.Sealed)
        {
            CheckSealed(check);
            return;
        }
        ReadOnlySpan<byte> bytes = check.Leaf.Tokens.Span;
        long expected = (check.Positions + 1) * sizeof(uint);
        if (!check.Equal(LeafFault.TokensLengthMismatch, expected, bytes.Length))
            return;
        check.Equal(LeafFault.TokensRootMismatch, TraceRoots.Tokens(bytes), check.Receipt.TokensRoot);
        if (check.Receipt.PromptTokens != check.Request.PromptTokens)
            return;
        ReadOnlySpan<byte> prompt = bytes[..((int)check.Request.PromptTokens * sizeof(uint))];
        check.Equal(LeafFault.PromptTokensRootMismatch, check.Request.PromptTokensRoot, TraceRoots.Tokens(prompt));
        foreach (LeafFinding? finding in (LeafFinding?[])[RangeFault(check.Model!, bytes), StopFault(check.Request, check.Receipt, bytes[prompt.Length..])])
        {
            if (finding is not null)
                check.Add(finding.Fault, finding.Expected, finding.Actual);
        }
    }

    /// <summary>The first id that is not in the vocabulary, or null.</summary>
    public static LeafFinding? RangeFault(ModelLimits model, ReadOnlySpan<byte> ids)
    {
        for (int i = 0; i < ids.Length; i += sizeof(uint))
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(ids[i..]);
            if (id >= model.VocabularySize)
                return new LeafFinding(LeafFault.TokenOutOfRange, null, $"below {model.VocabularySize}", $"{id} at position {i / sizeof(uint)}");
        }
        return null;
    }

    /// <summary>The first output that ends the answer too early or does not end it, or null.</summary>
    public static LeafFinding? StopFault(JobRequest request, QueryReceipt receipt, ReadOnlySpan<byte> output)
    {
        int count = output.Length / sizeof(uint);
        for (int i = 0; i < count; i++)
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(output[(i * sizeof(uint))..]);
            bool mayStop = i == count - 1 && receipt.Finish == FinishReason.Stop;
            if (request.StopTokens.Contains(id) == mayStop)
                continue;
            LeafFault fault = mayStop ? LeafFault.StopTokenMissing : LeafFault.StopTokenIgnored;
            return new LeafFinding(fault, null, mayStop ? "a stop token" : "no stop token", $"{id} as output {i} of {count}");
        }
        return null;
    }

    private static void CheckSealed(LeafCheck check)
    {
        if (!SealedFrame.TryRead(check.Leaf.Tokens, out SealedFrame? frame))
            check.Add(LeafFault.SealedTokensMalformed, $"wraps and {check.Positions + 1} encrypted ids", $"{check.Leaf.Tokens.Length} bytes of another form");
        else
            check.Equal(LeafFault.SealedTokensMalformed, check.Positions + 1, frame.TokenCount);
    }

    private static void CheckLeafLists(LeafCheck check)
    {
        if (check.Leaf.LeafLists.Length != check.Leaf.Shards.Length)
            return;
        for (int i = 0; i < check.Leaf.LeafLists.Length; i++)
        {
            ReadOnlySpan<byte> list = check.Leaf.LeafLists[i].Span;
            ShardReceipt receipt = check.Leaf.Shards[i].Receipt.Message;
            if (check.Equal(LeafFault.LeafListLengthMismatch, receipt.Positions * (long)Bytes32.Size, list.Length, i))
                check.Equal(LeafFault.TraceRootMismatch, TraceRoots.Trace(list), receipt.TraceRoot, i);
        }
    }
}

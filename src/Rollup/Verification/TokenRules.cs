using System.Buffers.Binary;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Verification;

/// <summary>Rules of the published tokens and leaf lists. What is sealed is judged by those who can read it.</summary>
internal static class TokenRules
{
    public static void Check(LeafCheck check)
    {
        CheckLeafLists(check);
        if (check.Request.Privacy == PrivacyMode.Sealed || check.Receipt.OutputTokens == 0)
            return;
        ReadOnlySpan<byte> bytes = check.Leaf.Tokens.Span;
        long expected = (check.Positions + 1) * sizeof(uint);
        if (!check.Equal(LeafFault.TokensLengthMismatch, expected, bytes.Length))
            return;
        check.Equal(LeafFault.TokensRootMismatch, TraceRoots.Tokens(bytes), check.Receipt.TokensRoot);
        if (check.Receipt.PromptTokens != check.Request.PromptTokens)
            return;
        ReadOnlySpan<byte> prompt = bytes[..((int)check.Request.PromptTokens * sizeof(uint))];
        check.Equal(LeafFault.PromptTokensRootMismatch, check.Request.PromptTokensRoot, TraceRoots.Tokens(prompt));
        CheckRange(check, bytes);
        CheckStops(check, bytes[prompt.Length..]);
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

    private static void CheckRange(LeafCheck check, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += sizeof(uint))
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]);
            if (id < check.Model!.VocabularySize)
                continue;
            check.Add(LeafFault.TokenOutOfRange, $"below {check.Model.VocabularySize}", $"{id} at position {i / sizeof(uint)}");
            return;
        }
    }

    private static void CheckStops(LeafCheck check, ReadOnlySpan<byte> output)
    {
        int count = output.Length / sizeof(uint);
        for (int i = 0; i < count; i++)
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(output[(i * sizeof(uint))..]);
            bool mayStop = i == count - 1 && check.Receipt.Finish == FinishReason.Stop;
            if (check.Request.StopTokens.Contains(id) == mayStop)
                continue;
            LeafFault fault = mayStop ? LeafFault.StopTokenMissing : LeafFault.StopTokenIgnored;
            check.Add(fault, mayStop ? "a stop token" : "no stop token", $"{id} as output {i} of {count}");
            return;
        }
    }
}

using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>Structs as the ABI codec takes and gives them.</summary>
internal static class Tuples
{
    public static object[] Of(BatchHeader h) =>
        [h.Version, h.ReceiptsRoot, h.Count, h.QuotesRoot, h.QuoteCount, h.DataRoot, h.ChunkCount, h.StateRoot];

    public static BatchHeader Header(object value)
    {
        object[] v = (object[])value;
        return new BatchHeader(
            (ushort)(ulong)v[0], (Bytes32)v[1], (uint)(ulong)v[2], (Bytes32)v[3], (uint)(ulong)v[4], (Bytes32)v[5], (uint)(ulong)v[6], (Bytes32)v[7]);
    }

    public static object[] Of(Account a) => [a.Owner, a.Spent, a.Nonce, a.Earned, a.EarningsSpent];

    public static object[] Of(QuoteRecord r) =>
        [r.ModelId, r.Slot, r.Operator, r.Epoch, r.ExecutionRoot, r.SigningKey, r.EncryptionKey, r.QuoteHash];

    public static object[] Of(SparseMerkleProof proof) => [.. proof.Siblings.Select(s => (object)s)];

    public static object[] Of(JobRequest r) =>
    [
        r.User, r.Sequencer, r.Nonce, r.ModelId, r.PromptTokensRoot, r.PromptTokens, r.MaxOutputTokens,
        r.StopTokens.Select(t => (object)t).ToArray(), Of(r.Sampling), r.PromptPrice, r.OutputPrice, r.MaxFee, r.CumulativeMax, r.Deadline, (byte)r.Payment,
        (byte)r.Privacy,
    ];

    public static object[] Of(Sampling s) => [s.Greedy, s.InverseTemperatureBits, s.TopK, s.Seed];

    public static object[] Of(ShardReceipt r) =>
        [r.JobId, r.Slot, r.Operator, r.Epoch, r.Positions, r.TokensRoot, r.TraceRoot, r.PostBefore];

    public static object[] Of(QueryReceipt r) =>
    [
        r.JobId, r.RequestHash, Of(r.ShardReceiptHashes), (byte)r.Finish, r.PromptTokens, r.OutputTokens, r.TokensRoot, r.CancelHash, r.Fee, r.StateRootAfter,
    ];

    public static object[] Of(IReadOnlyList<Bytes32> hashes) => [.. hashes.Select(h => (object)h)];

    // The openings' own tuples hold typed arrays, which the codec does not take.
    public static object[] Of(EntryOpening opening) => [opening.Entry, Of(opening.Path)];

    public static object[] Of(TraceOpening opening) => [opening.HInRoot, opening.HOutRoot, opening.KvRoot, Of(opening.Path)];
}

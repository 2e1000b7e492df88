using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Rollup.Abi;

/// <summary>The protocol's structs as arguments of contract calls: members in order, as <see cref="AbiCodec"/> takes them.</summary>
public static class MessageTuples
{
    public static object[] Of(BatchHeader h)
    {
        ArgumentNullException.ThrowIfNull(h);
        return [h.Version, h.ReceiptsRoot, h.Count, h.QuotesRoot, h.QuoteCount, h.DataRoot, h.ChunkCount, h.StateRoot];
    }

    public static object[] Of(Account a)
    {
        ArgumentNullException.ThrowIfNull(a);
        return [a.Owner, a.Spent, a.Nonce, a.Earned, a.EarningsSpent];
    }

    public static object[] Of(QuoteRecord r)
    {
        ArgumentNullException.ThrowIfNull(r);
        return [r.ModelId, r.Slot, r.Operator, r.Epoch, r.ExecutionRoot, r.SigningKey, r.EncryptionKey, r.QuoteHash];
    }

    public static object[] Of(JobRequest r)
    {
        ArgumentNullException.ThrowIfNull(r);
        object[] stopTokens = [.. r.StopTokens.Select(t => (object)t)];
        object[] sampling = [r.Sampling.Greedy, r.Sampling.InverseTemperatureBits, r.Sampling.TopK, r.Sampling.Seed];
        return
        [
            r.User, r.Sequencer, r.Nonce, r.ModelId, r.PromptTokensRoot, r.PromptTokens, r.MaxOutputTokens, stopTokens, sampling, r.PromptPrice, r.OutputPrice,
            r.MaxFee, r.CumulativeMax, r.Deadline, (byte)r.Payment, (byte)r.Privacy,
        ];
    }

    public static object[] Of(ShardReceipt r)
    {
        ArgumentNullException.ThrowIfNull(r);
        return [r.JobId, r.Slot, r.Operator, r.Epoch, r.Positions, r.TokensRoot, r.TraceRoot, r.PostBefore];
    }

    public static object[] Of(QueryReceipt r)
    {
        ArgumentNullException.ThrowIfNull(r);
        return
        [
            r.JobId, r.RequestHash, Of(r.ShardReceiptHashes), (byte)r.Finish, r.PromptTokens, r.OutputTokens, r.TokensRoot, r.CancelHash, r.Fee,
            r.StateRootAfter,
        ];
    }

    public static object[] Of(Signed<JobRequest> s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return [Of(s.Message), s.Signature.ToArray()];
    }

    public static object[] Of(Signed<ShardReceipt> s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return [Of(s.Message), s.Signature.ToArray()];
    }

    public static object[] Of(Signed<CancelJob> s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return [new object[] { s.Message.JobId, s.Message.OutputTokens }, s.Signature.ToArray()];
    }

    public static object[] Of(Signed<AnswerReceipt> s)
    {
        ArgumentNullException.ThrowIfNull(s);
        AnswerReceipt a = s.Message;
        return [new object[] { a.JobId, a.TokensRoot, a.Fee, a.PostBefore }, s.Signature.ToArray()];
    }

    public static object[] Of(ShardEntry e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return [Of(e.Receipt.Message), e.Receipt.Signature.ToArray(), e.QuoteIndex, e.Proof.Index, e.Proof.Size, Of(e.Proof.Siblings)];
    }

    public static object[] Of(IReadOnlyList<Bytes32> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        return [.. hashes.Select(h => (object)h)];
    }

    /// <summary>An account with its proof, as contracts open it.</summary>
    public static object[] Of(Account account, SparseMerkleProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return [Of(account), proof.Bitmap, Of(proof.Siblings)];
    }
}

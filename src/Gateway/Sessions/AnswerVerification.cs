using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Gateway.Sessions;

/// <summary>What a client checks before it accepts an answer: that everything signed is about exactly the tokens it sent and received. Pure.</summary>
public static class AnswerVerification
{
    /// <summary>The first thing that does not fit, or null.</summary>
    /// <param name="request">What was signed.</param>
    /// <param name="prompt">The prompt's ids.</param>
    /// <param name="output">The tokens received.</param>
    /// <param name="finished">The last event.</param>
    /// <param name="node">Domain and sequencer, as checked against the contract.</param>
    /// <param name="model">The pipeline whose keys must have signed.</param>
    /// <param name="recovery">Recovers signers.</param>
    /// <param name="salts">Of a sealed job's commitments; null for a public one.</param>
    public static string? FirstFault(
        JobRequest request, ReadOnlySpan<uint> prompt, ReadOnlySpan<uint> output, JobFinished finished, NodeInfo node, ModelInfo model,
        ISignatureRecovery recovery, CommitmentSalts? salts)
    {
        RollupDomain domain = new(node.ChainId, node.Rollup);
        Bytes32 jobId = domain.Digest(request);
        uint[] tokens = [.. prompt, .. output];
        Bytes32 tokensRoot = TokenCommitment.Root(tokens, salts?.Tokens);
        if (finished.PromptTokens != request.PromptTokens || finished.OutputTokens != output.Length)
            return $"the receipt counts {finished.PromptTokens} + {finished.OutputTokens} tokens, {request.PromptTokens} + {output.Length} were sent and received";
        if (finished.TokensRoot != tokensRoot)
            return $"the receipt commits to tokens {finished.TokensRoot}, the received ones give {tokensRoot}";
        UInt128? fee = JobRequestRules.Fee(request, finished.OutputTokens);
        if (fee != finished.Fee || finished.Fee > request.MaxFee)
            return $"the fee is {finished.Fee} wei, the request gives {fee} and at most {request.MaxFee}";
        return FinishFault(request, output, finished.Finish, model)
            ?? AnswerFault(finished, jobId, tokensRoot, node, domain, recovery)
            ?? ShardFault(finished, jobId, tokensRoot, (uint)tokens.Length - 1, model, domain, recovery);
    }

    private static string? FinishFault(JobRequest request, ReadOnlySpan<uint> output, FinishReason finish, ModelInfo model)
    {
        if (output.IsEmpty)
            return "the answer has no tokens";
        int stop = output.IndexOfAny(request.StopTokens.AsSpan());
        uint limit = JobRequestRules.EffectiveOutputLimit(request, model.ContextLength);
        bool fits = finish switch
        {
            FinishReason.Stop => stop == output.Length - 1,
            FinishReason.Length => stop < 0 && output.Length == limit,
            FinishReason.Cancelled => stop < 0 && output.Length <= limit,
            _ => false,
        };
        return fits ? null : $"the answer claims to end by {finish} after {output.Length} of at most {limit} tokens, its tokens say otherwise";
    }

    private static string? AnswerFault(
        JobFinished finished, Bytes32 jobId, Bytes32 tokensRoot, NodeInfo node, RollupDomain domain, ISignatureRecovery recovery)
    {
        AnswerReceipt answer = finished.Answer;
        if (answer.JobId != jobId || answer.TokensRoot != tokensRoot || answer.Fee != finished.Fee)
            return "the sequencer's receipt is about another answer";
        Address? signer = domain.Signer(new Signed<AnswerReceipt>(answer, finished.AnswerSignature), recovery);
        return signer == node.Sequencer ? null : $"the sequencer's receipt is signed by {signer}, not by {node.Sequencer}";
    }

    private static string? ShardFault(
        JobFinished finished, Bytes32 jobId, Bytes32 tokensRoot, uint positions, ModelInfo model, RollupDomain domain, ISignatureRecovery recovery)
    {
        if (finished.Shards.Length != model.Slots.Length)
            return $"{finished.Shards.Length} shard receipts, the pipeline has {model.Slots.Length} slots";
        for (int i = 0; i < finished.Shards.Length; i++)
        {
            (ShardReceipt receipt, SlotInfo slot) = (finished.Shards[i].Receipt, model.Slots[i]);
            if (receipt.JobId != jobId || receipt.TokensRoot != tokensRoot || receipt.Positions != positions
                || receipt.Slot != slot.SlotId || receipt.Operator != slot.Operator)
            {
                return $"the receipt of slot {slot.SlotId} is about another answer";
            }
            Address? signer = domain.Signer(new Signed<ShardReceipt>(receipt, finished.Shards[i].Signature), recovery);
            if (signer != slot.SigningKey)
                return $"the receipt of slot {slot.SlotId} is signed by {signer}, not by {slot.SigningKey}";
        }
        return null;
    }
}

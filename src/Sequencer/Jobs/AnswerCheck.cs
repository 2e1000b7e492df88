using System.Buffers.Binary;
using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>
/// Judges an answer by the rules that the verifier will apply to its leaf, before anybody is told or charged. The quote is not there yet:
/// that one rule is left to the batch. Pure.
/// </summary>
internal static class AnswerCheck
{
    // No quote has this index, so LeafRules says exactly one thing per shard about quotes, which is left out.
    private const uint NoQuoteYet = uint.MaxValue;

    /// <summary>The first broken rule, or null.</summary>
    /// <param name="streamed">Output ids that clients were sent; null for a sealed job.</param>
    /// <param name="streamedCount">How many output tokens they were sent.</param>
    /// <param name="view">Model, slots and keys of the registry.</param>
    /// <param name="now">Unix seconds.</param>
    public static string? Check(
        StoredJob job, ShardAnswer answer, uint[]? streamed, uint streamedCount, RollupSnapshot view, RollupDomain domain, ulong epochSeconds, ulong now)
    {
        if (answer.Finish == FinishReason.Void)
            return "A shard cannot end a job as void.";
        return CheckStream(answer, streamed, streamedCount)
            ?? CheckWraps(job, answer)
            ?? answer.Shards.Select(shard => CheckPromise(job, shard.Receipt.Message, epochSeconds, now)).FirstOrDefault(fault => fault is not null)
            ?? CheckLeaf(job, answer, view, domain, now)
            ?? CheckBoundaries(answer);
    }

    /// <summary>The fee of the answer in wei.</summary>
    /// <exception cref="InvalidOperationException">The answer was not checked: it costs more than can be said.</exception>
    public static UInt128 Fee(StoredJob job, ShardAnswer answer) => JobRequestRules.Fee(job.Request.Message, answer.OutputTokens)
        ?? throw new InvalidOperationException($"{answer.OutputTokens} output tokens cost 2^128 wei or more.");

    private static string? CheckStream(ShardAnswer answer, uint[]? streamed, uint streamedCount)
    {
        if (streamedCount != answer.OutputTokens)
            return $"{streamedCount} output tokens were streamed and {answer.OutputTokens} are signed.";
        if (streamed is null)
            return null;
        ReadOnlySpan<byte> signed = answer.Tokens.Span;
        long start = (long)answer.PromptTokens * sizeof(uint);
        if (signed.Length != start + (streamed.Length * (long)sizeof(uint)))
            return $"{signed.Length} bytes of ids are not {answer.PromptTokens} prompt and {answer.OutputTokens} output tokens.";
        for (int i = 0; i < streamed.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(signed[((int)start + (i * sizeof(uint)))..]) != streamed[i])
                return $"Output {i} was streamed as another token than is signed.";
        }
        return null;
    }

    // The shard must publish the very wraps that the client made, or it could keep an auditor out.
    private static string? CheckWraps(StoredJob job, ShardAnswer answer)
    {
        if (!job.Input.IsSealed)
            return null;
        return SealedFrame.TryRead(job.Input.Bytes, out SealedFrame? input) && SealedFrame.TryRead(answer.Tokens, out SealedFrame? output)
            && input.Header.Span.SequenceEqual(output.Header.Span)
                ? null
                : "The sealed tokens do not begin with the wraps of the sealed input.";
    }

    // The epoch must be one whose quote can still come, and the promise the one that was asked for.
    private static string? CheckPromise(StoredJob job, ShardReceipt receipt, ulong epochSeconds, ulong now)
    {
        if (receipt.PostBefore != job.PostBefore)
            return $"Slot {receipt.Slot} promises postBefore {receipt.PostBefore}; {job.PostBefore} was asked for.";
        ulong first = job.AcceptedAt / epochSeconds;
        ulong last = now / epochSeconds;
        return receipt.Epoch + 1 < first || receipt.Epoch > last + 1
            ? $"Slot {receipt.Slot} signed in epoch {receipt.Epoch}; the job ran in {first} to {last}."
            : null;
    }

    private static string? CheckLeaf(StoredJob job, ShardAnswer answer, RollupSnapshot view, RollupDomain domain, ulong now)
    {
        BatchContext context = new()
        {
            Domain = domain,
            Sequencer = job.Request.Message.Sequencer,
            PostedAt = now,
            Parent = AccountTree.Empty,
            SequencerShareBps = 0,
            SessionGraceSeconds = now - Math.Min(now, job.AcceptedAt),
            View = view with { Sessions = Session(job, domain) },
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [],
        };
        LeafFinding? finding = LeafRules.Check(Leaf(job, answer), [], context).FirstOrDefault(f => f.Fault != LeafFault.QuoteIndexOutOfRange);
        return finding is null
            ? null
            : $"{finding.Fault}{(finding.Part is { } part ? $" of shard {part}" : "")}: expected {finding.Expected}, got {finding.Actual}.";
    }

    // Receipts that do not meet are the fault of who puts them together, so no such answer is taken. The leaf's rules hold here: all slots signed
    // the same number of positions, and the form of the answer says that there is an opening for each.
    private static string? CheckBoundaries(ShardAnswer answer)
    {
        for (int i = 0; i < answer.Shards.Length; i++)
        {
            SlotResult shard = answer.Shards[i];
            if (TraceOpenings.FindUnopened(shard.Leaves.Span, shard.Openings.Span) is { } unopened)
                return $"Slot {shard.Receipt.Message.Slot} opens position {unopened} to other roots than its leaf.";
            if (i > 0 && TraceOpenings.FindGap(answer.Shards[i - 1].Openings.Span, shard.Openings.Span) is { } gap)
                return $"Slot {shard.Receipt.Message.Slot} begins position {gap} with another vector than slot {answer.Shards[i - 1].Receipt.Message.Slot} ended it with.";
        }
        return null;
    }

    private static BatchLeaf Leaf(StoredJob job, ShardAnswer answer) => new()
    {
        Receipt = new QueryReceipt
        {
            JobId = job.JobId,
            RequestHash = job.Request.Hash(),
            ShardReceiptHashes = [.. answer.Shards.Select(shard => shard.Receipt.Hash())],
            Finish = answer.Finish,
            PromptTokens = answer.PromptTokens,
            OutputTokens = answer.OutputTokens,
            TokensRoot = answer.TokensRoot,
            CancelHash = answer.Cancel?.Hash() ?? Bytes32.Zero,
            Fee = JobRequestRules.Fee(job.Request.Message, answer.OutputTokens) ?? UInt128.MaxValue,
            StateRootAfter = Bytes32.Zero,
        },
        Request = job.Request,
        Shards = [.. answer.Shards.Select(shard => new ShardEntry(shard.Receipt, NoQuoteYet, new ExecutionProof(0, 0, [])))],
        Tokens = answer.Tokens,
        LeafLists = [.. answer.Shards.Select(shard => shard.Leaves)],
        Cancel = answer.Cancel,
    };

    // Acceptance asked the contract whether this key may sign; the answer to that stands.
    private static ImmutableDictionary<(Address User, Address Key), SessionGrant> Session(StoredJob job, RollupDomain domain)
    {
        JobRequest request = job.Request.Message;
        var sessions = ImmutableDictionary<(Address User, Address Key), SessionGrant>.Empty;
        return domain.Signer(job.Request, Secp256k1Recovery.Instance) is { } signer && signer != request.User
            ? sessions.Add((request.User, signer), new SessionGrant(request.User, signer, request.CumulativeMax, ulong.MaxValue, 0))
            : sessions;
    }
}

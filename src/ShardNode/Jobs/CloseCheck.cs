using TeeTee.Ethereum;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>
/// What a shard checks before it signs: that the tokens are those of the request and of the picks, that every upstream receipt is
/// signed and fits its leaf list, and that its own inputs are exactly what the direct upstream signed to have sent. Pure.
/// </summary>
internal static class CloseCheck
{
    /// <summary>Checks a Close against what this shard computed.</summary>
    /// <param name="picks">This shard's own picks if it is the last slot; else null.</param>
    /// <param name="anyBoundary">Fault injection of development networks: signs whatever arrived.</param>
    /// <exception cref="JobException">BOUNDARY_MISMATCH or INVALID_REQUEST: do not sign.</exception>
    public static ClosedJob Check(AdmittedJob job, Close close, ShardTrace trace, IReadOnlyList<uint>? picks, RollupDomain domain, bool anyBoundary = false)
    {
        ClosedJob closed = ReadTokens(job, close, domain);
        if (closed.Positions > trace.Count)
            throw JobException.Mismatch($"Close after {closed.Positions} positions; {trace.Count} were received.", job.Pipeline[0].SlotId);
        if (picks is not null)
            CheckPicks(job, closed, picks);
        if (close.Upstream.Count != job.Index)
            throw JobException.Mismatch($"Close with {close.Upstream.Count} upstream results; {job.Index} slots are above.", job.Pipeline[0].SlotId);
        for (int i = 0; i < job.Index; i++)
            ReceiptCheck.Check(job, i, close.Upstream[i], closed, domain);
        if (!anyBoundary)
            CheckBoundary(job, close, closed, trace);
        return closed;
    }

    /// <summary>Reads tokens, counts and finish, and checks them against the request.</summary>
    /// <exception cref="JobException">INVALID_REQUEST or BOUNDARY_MISMATCH.</exception>
    private static ClosedJob ReadTokens(AdmittedJob job, Close close, RollupDomain domain)
    {
        uint head = job.Pipeline[0].SlotId;
        if (close.PostBefore != job.PostBefore)
            throw JobException.Mismatch($"postBefore is {close.PostBefore} at Close and was {job.PostBefore} at Open.", head);
        if (close.Positions < job.PromptTokens || close.Positions > job.MaxPositions
            || close.Tokens.Length != (close.Positions + 1L) * sizeof(uint)
            || !WireMessages.TryReadTokens(close.Tokens.Span, out uint[]? tokens))
            throw JobException.Mismatch($"Close with {close.Positions} positions and {close.Tokens.Length} bytes of tokens does not fit the request.", head);
        if (!job.IsPrompt(tokens.AsSpan(0, job.PromptTokens)))
            throw JobException.Mismatch("The prompt at Close is not the request's.", head);
        uint outputs = close.Positions + 1 - job.Request.PromptTokens;
        Signed<CancelJob>? cancel = CheckFinish(job, close, tokens, outputs, domain);
        return new ClosedJob((int)close.Positions, tokens, job.TokensRoot(tokens), (FinishReason)close.Finish, cancel);
    }

    private static Signed<CancelJob>? CheckFinish(AdmittedJob job, Close close, uint[] tokens, uint outputs, RollupDomain domain)
    {
        uint head = job.Pipeline[0].SlotId;
        ReadOnlySpan<uint> before = tokens.AsSpan(job.PromptTokens..^1);
        foreach (uint token in before)
        {
            if (job.IsStop(token))
                throw JobException.Mismatch("A stop token stands before the last output.", head);
        }
        FinishReason? natural = job.FinishAt(tokens[^1], outputs);
        if (close.Finish == Finish.Cancelled && natural is null)
        {
            if (!WireMessages.TryRead(close.Cancel, out Signed<CancelJob>? cancel) || !Admission.IsCancelSigned(domain, job, cancel)
                || cancel.Message.OutputTokens != outputs)
                throw JobException.Mismatch($"The cancellation is not signed by the user for {outputs} output tokens.", head);
            return cancel;
        }
        if (natural is null || (int)close.Finish != (int)natural)
            throw JobException.Mismatch($"The job ends as {close.Finish}; by the request it would be {natural?.ToString() ?? "unfinished"}.", head);
        return null;
    }

    private static void CheckPicks(AdmittedJob job, ClosedJob closed, IReadOnlyList<uint> picks)
    {
        ReadOnlySpan<uint> outputs = closed.Tokens.AsSpan(job.PromptTokens);
        if (outputs.Length > picks.Count)
            throw JobException.Mismatch($"Close with {outputs.Length} outputs; {picks.Count} were picked.", job.Pipeline[0].SlotId);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] != picks[i])
                throw JobException.Mismatch($"Output {i} at Close is not the one picked.", job.Pipeline[0].SlotId);
        }
    }

    private static void CheckBoundary(AdmittedJob job, Close close, ClosedJob closed, ShardTrace trace)
    {
        uint upstream = job.Pipeline[job.Index - 1].SlotId;
        ReadOnlySpan<byte> openings = close.Upstream[job.Index - 1].Openings.Span;
        for (int p = 0; p < closed.Positions; p++)
        {
            if (TraceOpenings.At(openings, p).HOut != trace.Boundaries[p].HIn)
                throw JobException.Mismatch($"What slot {upstream} signed to have sent at position {p} is not what arrived.", upstream);
        }
    }
}

using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Judging;
using TeeTee.Verifier.Storage;

namespace TeeTee.Verifier.Following;

/// <summary>
/// Looks at the chain again and again and judges what has no verdict. Everything is read from the contract by index and checked by hash;
/// one batch's fault never keeps another from being judged.
/// </summary>
internal sealed class BatchFollower(
    BatchVerification verification, BatchBook book, VerifierStore store, EvidenceStore evidence, VerifierMetrics metrics, Readiness readiness,
    ILogger<BatchFollower> logger, TimeProvider clock, TimeSpan poll)
{
    private const string ChainPart = "chain";

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ulong, DateTimeOffset> _retryAt = [];
    private ulong _chainTime;

    /// <summary>Time of the newest block looked at, Unix seconds; 0 before the first.</summary>
    public ulong ChainTime => Volatile.Read(ref _chainTime);

    /// <summary>Follows until cancelled.</summary>
    /// <exception cref="FailureException">The endpoints are of another chain.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        readiness.Block(ChainPart, "not looked at yet");
        while (true)
        {
            await PollGuardedAsync(cancellationToken);
            await Task.Delay(poll, clock, cancellationToken);
        }
    }

    /// <summary>One look at the chain with all judgements that are due.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        await verification.CheckChainAsync(cancellationToken);
        BlockHeader pin = await verification.Quorum.PinAsync(cancellationToken);
        Volatile.Write(ref _chainTime, pin.Timestamp);
        var at = BlockTag.Hash(pin.Hash);
        ulong next = await verification.Quorum.AgreeAsync(e => e.Rollup.GetNextIndexAsync(at, cancellationToken), "the next index", i => $"{i}");
        ulong final = await verification.Quorum.AgreeAsync(e => e.Rollup.GetFinalIndexAsync(at, cancellationToken), "the final index", i => $"{i}");
        readiness.Clear(ChainPart);
        foreach (ulong index in book.Entries.Keys.Where(i => i >= next))
            Drop(index);
        for (ulong index = book.DoneThrough + 1; index < next; index++)
            await VisitAsync(index, final, pin, cancellationToken);
        book.Trim(final);
    }

    private async Task PollGuardedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PollAsync(cancellationToken);
        }
        catch (JudgementException e)
        {
            readiness.Block(ChainPart, e.Message);
            VerifierLog.NotFollowing(logger, e.Cause, e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or FailureException))
        {
            metrics.Failed();
            VerifierLog.PollFailed(logger, e);
        }
    }

    private async Task VisitAsync(ulong index, ulong final, BlockHeader pin, CancellationToken cancellationToken)
    {
        BatchEntry? entry = book.Find(index);
        try
        {
            if (entry is { IsDone: true } && (index <= final || await StandsAsync(entry, pin, cancellationToken)))
                return;
            if (_retryAt.TryGetValue(index, out DateTimeOffset due) && clock.GetUtcNow() < due)
                return;
            await JudgeAsync(index, (book.Find(index)?.Attempts ?? 0) + 1, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or FailureException or JudgementException))
        {
            metrics.Failed();
            Postpone(index, 3);
            VerifierLog.Failed(logger, e, index);
        }
    }

    // Whether a batch that is done is still what it was: same hash in the same block, and not rolled back.
    private async Task<bool> StandsAsync(BatchEntry entry, BlockHeader pin, CancellationToken cancellationToken)
    {
        BatchStatus status = await verification.Postings.StatusAsync(entry.Index, pin, cancellationToken);
        if (entry.Cause == VerdictCause.NotStanding && status == BatchStatus.RolledBack)
            return true;
        bool stands = entry.Cause != VerdictCause.NotStanding && status is BatchStatus.Open or BatchStatus.Final
            && entry.BlockNumber <= pin.Number
            && (await verification.Quorum.BlockAsync(entry.BlockNumber, cancellationToken)).Hash == entry.BlockHash;
        if (!stands)
        {
            VerifierLog.Moved(logger, entry.Index);
            Drop(entry.Index);
        }

        return stands;
    }

    private async Task JudgeAsync(ulong index, int attempt, CancellationToken cancellationToken)
    {
        (BatchVerdict verdict, IReadOnlyDictionary<Bytes32, byte[]> chunks) = await verification.JudgeAsync(index, cancellationToken);
        metrics.Judged(verdict);
        Report(verdict);
        evidence.Record(verdict, chunks);
        BatchEntry entry = BatchEntry.Of(verdict, attempt);
        book.Set(entry);
        if (entry.IsDone)
            _retryAt.Remove(index);
        else
            Postpone(index, attempt);
        store.Save(book, verification.States);
    }

    private void Postpone(ulong index, int attempt)
    {
        TimeSpan pause = poll * Math.Pow(2, Math.Min(attempt - 1, 6));
        _retryAt[index] = clock.GetUtcNow() + (pause < s_longestPause ? pause : s_longestPause);
    }

    private void Drop(ulong index)
    {
        book.Remove(index);
        _retryAt.Remove(index);
    }

    private void Report(BatchVerdict verdict)
    {
        if (verdict.Verdict == Verdict.Invalid)
            VerifierLog.Invalid(logger, verdict.BatchIndex, verdict.BatchHash, verdict.Detail);
        else if (verdict.Verdict == Verdict.Valid)
            VerifierLog.Judged(logger, verdict.BatchIndex, verdict.BatchHash, verdict.Verdict, verdict.Detail);
        else
            VerifierLog.Unavailable(logger, verdict.BatchIndex, verdict.Cause, verdict.Detail);
    }
}

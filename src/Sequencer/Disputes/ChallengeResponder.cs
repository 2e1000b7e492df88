using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Disputes;

/// <summary>
/// Answers challenges of this sequencer's quotes before their deadline. What is open the contract says, so nothing is remembered over a
/// restart. A challenge that cannot be answered is an alarm: readiness names it until it is settled, because the stake is about to go.
/// </summary>
internal sealed class ChallengeResponder(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, ChallengeAnswers answers, BatchingMetrics metrics, Readiness readiness,
    ILogger<ChallengeResponder> log)
    : PollingService("challenges", options with { Poll = options.ChallengePoll }, readiness, metrics, log)
{
    private const string Alarm = "answers";
    private const ulong PageSize = 256;
    private const ulong MostRead = 4_096;

    private readonly BatchingOptions _options = options;
    private readonly BatchingMetrics _metrics = metrics;
    private readonly Readiness _readiness = readiness;
    private readonly HashSet<ulong> _announced = [];
    private readonly Dictionary<ulong, Failure> _failures = [];

    private sealed record Failure(string Cause, long At);

    /// <summary>Answers what is open, the most urgent first.</summary>
    internal override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        Address module = await chain.Rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (module.IsZero)
            return false;
        DisputeHubContract hub = new(chain.Client, module);
        if (await hub.FindAsync(DisputeKind.QuoteChallenges, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is not { } challenges)
            return false;
        QuoteChallengesContract contract = new(chain.Client, challenges);
        IReadOnlyList<QuoteChallenge> open = await ReadOpenAsync(contract, cancellationToken).ConfigureAwait(false);
        Forget(open);
        ulong now = await chain.GetTimeAsync(cancellationToken).ConfigureAwait(false);
        bool more = false;
        foreach (QuoteChallenge challenge in open.OrderBy(c => c.Deadline).Where(IsDue))
            more |= await TakeAsync(contract, challenge, now, cancellationToken).ConfigureAwait(false);
        Report(open);
        if (open.Count == 0)
            await WithdrawAsync(contract, cancellationToken).ConfigureAwait(false);
        return more;
    }

    private async Task<IReadOnlyList<QuoteChallenge>> ReadOpenAsync(QuoteChallengesContract contract, CancellationToken cancellationToken)
    {
        var block = BlockTag.Hash((await chain.GetHeadAsync(cancellationToken).ConfigureAwait(false)).Hash);
        ulong count = await contract.CountOpenAsync(writer.Address, block, cancellationToken).ConfigureAwait(false);
        List<QuoteChallenge> open = [];
        for (ulong start = 0; start < Math.Min(count, MostRead); start += PageSize)
        {
            foreach (ulong id in await contract.GetOpenAsync(writer.Address, start, PageSize, block, cancellationToken).ConfigureAwait(false))
                open.Add(await contract.GetAsync(id, block, cancellationToken).ConfigureAwait(false));
        }

        return open;
    }

    private bool IsDue(QuoteChallenge challenge) =>
        !_failures.TryGetValue(challenge.Id, out Failure? failure) || _options.Clock.GetElapsedTime(failure.At) >= _options.AnswerRetry;

    // True if the contract should be looked at again at once.
    private async Task<bool> TakeAsync(QuoteChallengesContract contract, QuoteChallenge challenge, ulong now, CancellationToken cancellationToken)
    {
        if (_announced.Add(challenge.Id))
        {
            ulong left = challenge.Deadline > now ? challenge.Deadline - now : 0;
            BatchingLog.Challenged(Log, challenge.Id, challenge.BatchIndex, challenge.QuoteIndex, left);
        }

        if (now >= challenge.Deadline)
            return Fail(challenge, "its deadline has passed");
        if (!answers.TryMake(contract, challenge, out byte[]? data, out string cause))
            return Fail(challenge, cause);
        string purpose = Purposes.Answer(contract.Address, challenge.Id);
        TransactionOutcome? outcome = await writer.SendAsync(purpose, contract, data, cancellationToken).ConfigureAwait(false);
        if (outcome is null or { Status: TransactionStatus.TimedOut or TransactionStatus.NonceConsumed })
            return true;
        if (!outcome.IsSuccess)
            return Fail(challenge, outcome.RevertData.IsEmpty ? $"{outcome.Status}, {outcome.Message}" : ContractError.Describe(outcome.RevertData.Span));
        _failures.Remove(challenge.Id);
        _metrics.CountAnswer();
        BatchingLog.Answered(Log, challenge.Id);
        return true;
    }

    private bool Fail(QuoteChallenge challenge, string cause)
    {
        if (!_failures.TryGetValue(challenge.Id, out Failure? known) || known.Cause != cause)
            BatchingLog.Unanswerable(Log, challenge.Id, challenge.BatchIndex, challenge.QuoteIndex, cause);
        _failures[challenge.Id] = new Failure(cause, _options.Clock.GetTimestamp());
        return false;
    }

    private void Report(IReadOnlyList<QuoteChallenge> open)
    {
        _metrics.OpenChallenges = open.Count;
        _metrics.UnanswerableChallenges = _failures.Count;
        QuoteChallenge? first = open.Where(c => _failures.ContainsKey(c.Id)).MinBy(c => c.Deadline);
        if (first is null)
            _readiness.Clear(Alarm);
        else
            _readiness.Block(Alarm, $"Quote {first.QuoteIndex} of batch {first.BatchIndex} is challenged and cannot be defended: {_failures[first.Id].Cause}.");
    }

    private void Forget(IReadOnlyList<QuoteChallenge> open)
    {
        HashSet<ulong> ids = [.. open.Select(c => c.Id)];
        _announced.IntersectWith(ids);
        foreach (ulong settled in _failures.Keys.Except(ids).ToArray())
            _failures.Remove(settled);
    }

    private async Task WithdrawAsync(QuoteChallengesContract contract, CancellationToken cancellationToken)
    {
        UInt128 owed = await contract.GetPayoutAsync(writer.Address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (owed < UInt128.Max(_options.MinClaim, 1))
            return;
        string purpose = Purposes.WithdrawBonds(contract.Address);
        TransactionOutcome? outcome = await writer.SendAsync(purpose, contract, contract.WithdrawPayout(writer.Address), cancellationToken).ConfigureAwait(false);
        if (outcome is { IsSuccess: false })
            BatchingLog.SettlementFailed(Log, purpose, outcome.Status, ContractError.Describe(outcome.RevertData.Span));
    }
}

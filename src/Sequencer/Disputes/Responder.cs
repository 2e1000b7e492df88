using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Disputes;

/// <summary>
/// Answers one kind of challenge that only silence decides, before its deadline. What is open the contract says, so nothing is remembered over a
/// restart. A challenge that cannot be answered is an alarm: readiness names it until it is settled, because the stake is about to go.
/// </summary>
/// <param name="kind">Which contract behind the hub.</param>
/// <param name="part">What readiness calls the loop; the alarm is <c>part.answers</c>, but of quotes just <c>answers</c>.</param>
internal abstract class Responder<TContract, TChallenge>(
    DisputeKind kind, string part, BatchingOptions options, ChainConnection chain, ChainWriter writer, BatchingMetrics metrics, Readiness readiness, ILogger log)
    : PollingService(part, options with { Poll = options.ChallengePoll }, readiness, metrics, log)
    where TContract : Contract
    where TChallenge : class
{
    private const ulong PageSize = 256;
    private const ulong MostRead = 4_096;

    private readonly string _alarm = kind == DisputeKind.QuoteChallenges ? "answers" : $"{part}.answers";
    private readonly BatchingOptions _options = options;
    private readonly BatchingMetrics _metrics = metrics;
    private readonly Readiness _readiness = readiness;
    private readonly HashSet<ulong> _announced = [];
    private readonly Dictionary<ulong, Failure> _failures = [];

    private sealed record Failure(string Cause, long At);

    /// <summary>Ids, deadline and words of a challenge.</summary>
    protected sealed record Facts(ulong Id, ulong Deadline, string What);

    /// <summary>Whose challenges are answered.</summary>
    protected Address Own => writer.Address;

    /// <summary>The chain.</summary>
    protected EthereumClient Client => chain.Client;

    /// <summary>The contract at an address.</summary>
    protected abstract TContract At(Address address);

    /// <summary>How many challenges wait for an answer, and one page of their ids.</summary>
    protected abstract Task<IReadOnlyList<ulong>> GetOpenAsync(TContract contract, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken);

    /// <summary>One of them.</summary>
    protected abstract Task<TChallenge> GetAsync(TContract contract, ulong id, BlockTag block, CancellationToken cancellationToken);

    /// <summary>What all kinds have.</summary>
    protected abstract Facts Of(TChallenge challenge);

    /// <summary>Calldata of the answer; null with a cause if it cannot be made here.</summary>
    protected abstract Task<(byte[]? Data, string Cause)> MakeAsync(TContract contract, TChallenge challenge, CancellationToken cancellationToken);

    /// <summary>Whether the answer waits, by a fault that is injected.</summary>
    protected virtual bool HoldsBack(TChallenge challenge, ulong now) => false;

    /// <summary>What the contract owes the account.</summary>
    protected abstract Task<UInt128> GetPayoutAsync(TContract contract, CancellationToken cancellationToken);

    /// <summary>Calldata that fetches it.</summary>
    protected abstract byte[] Withdraw(TContract contract);

    /// <summary>Answers what is open, the most urgent first.</summary>
    internal override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        Address module = await chain.Rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (module.IsZero)
            return false;
        DisputeHubContract hub = new(chain.Client, module);
        if (await hub.FindAsync(kind, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is not { } address)
            return false;
        TContract contract = At(address);
        IReadOnlyList<TChallenge> open = await ReadOpenAsync(contract, cancellationToken).ConfigureAwait(false);
        Forget(open);
        ulong now = await chain.GetTimeAsync(cancellationToken).ConfigureAwait(false);
        bool more = false;
        foreach (TChallenge challenge in open.OrderBy(c => Of(c).Deadline).Where(IsDue))
            more |= await TakeAsync(contract, challenge, now, cancellationToken).ConfigureAwait(false);
        Report(open);
        if (open.Count == 0)
            await WithdrawAsync(contract, cancellationToken).ConfigureAwait(false);
        return more;
    }

    private async Task<IReadOnlyList<TChallenge>> ReadOpenAsync(TContract contract, CancellationToken cancellationToken)
    {
        var block = BlockTag.Hash((await chain.GetHeadAsync(cancellationToken).ConfigureAwait(false)).Hash);
        List<TChallenge> open = [];
        for (ulong start = 0; start < MostRead; start += PageSize)
        {
            IReadOnlyList<ulong> page = await GetOpenAsync(contract, start, PageSize, block, cancellationToken).ConfigureAwait(false);
            foreach (ulong id in page)
                open.Add(await GetAsync(contract, id, block, cancellationToken).ConfigureAwait(false));
            if ((ulong)page.Count < PageSize)
                break;
        }

        return open;
    }

    private bool IsDue(TChallenge challenge) =>
        !_failures.TryGetValue(Of(challenge).Id, out Failure? failure) || _options.Clock.GetElapsedTime(failure.At) >= _options.AnswerRetry;

    // True if the contract should be looked at again at once.
    private async Task<bool> TakeAsync(TContract contract, TChallenge challenge, ulong now, CancellationToken cancellationToken)
    {
        Facts facts = Of(challenge);
        if (_announced.Add(facts.Id))
            BatchingLog.Challenged(Log, facts.What, facts.Id, facts.Deadline > now ? facts.Deadline - now : 0);
        if (HoldsBack(challenge, now))
            return false;
        if (now >= facts.Deadline)
            return Fail(facts, "its deadline has passed");
        (byte[]? data, string cause) = await MakeAsync(contract, challenge, cancellationToken).ConfigureAwait(false);
        if (data is null)
            return Fail(facts, cause);
        TransactionOutcome? outcome = await writer.SendAsync(Purposes.Answer(contract.Address, facts.Id), contract, data, cancellationToken).ConfigureAwait(false);
        if (outcome is null or { Status: TransactionStatus.TimedOut or TransactionStatus.NonceConsumed })
            return true;
        if (!outcome.IsSuccess)
            return Fail(facts, outcome.RevertData.IsEmpty ? $"{outcome.Status}, {outcome.Message}" : ContractError.Describe(outcome.RevertData.Span));
        _failures.Remove(facts.Id);
        _metrics.CountAnswer();
        BatchingLog.Answered(Log, facts.What, facts.Id);
        return true;
    }

    private bool Fail(Facts facts, string cause)
    {
        if (!_failures.TryGetValue(facts.Id, out Failure? known) || known.Cause != cause)
            BatchingLog.Unanswerable(Log, facts.What, facts.Id, cause);
        _failures[facts.Id] = new Failure(cause, _options.Clock.GetTimestamp());
        return false;
    }

    private void Report(IReadOnlyList<TChallenge> open)
    {
        _metrics.SetChallenges(kind, open.Count, _failures.Count);
        Facts? first = open.Select(Of).Where(facts => _failures.ContainsKey(facts.Id)).MinBy(facts => facts.Deadline);
        if (first is null)
            _readiness.Clear(_alarm);
        else
            _readiness.Block(_alarm, $"{first.What} is challenged and cannot be defended: {_failures[first.Id].Cause}.");
    }

    private void Forget(IReadOnlyList<TChallenge> open)
    {
        HashSet<ulong> ids = [.. open.Select(challenge => Of(challenge).Id)];
        _announced.IntersectWith(ids);
        foreach (ulong settled in _failures.Keys.Except(ids).ToArray())
            _failures.Remove(settled);
    }

    private async Task WithdrawAsync(TContract contract, CancellationToken cancellationToken)
    {
        UInt128 owed = await GetPayoutAsync(contract, cancellationToken).ConfigureAwait(false);
        if (owed < UInt128.Max(_options.MinClaim, 1))
            return;
        string purpose = Purposes.WithdrawBonds(contract.Address);
        TransactionOutcome? outcome = await writer.SendAsync(purpose, contract, Withdraw(contract), cancellationToken).ConfigureAwait(false);
        if (outcome is { IsSuccess: false })
            BatchingLog.SettlementFailed(Log, purpose, outcome.Status, ContractError.Describe(outcome.RevertData.Span));
    }
}

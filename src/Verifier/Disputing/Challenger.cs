using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Rollup.Evidence;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Following;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// Turns Invalid verdicts into what the contracts convict by. A loop of its own beside the follower, so that a long judgement never makes it miss a
/// deadline. One batch's or dispute's fault never keeps it from another.
/// </summary>
internal sealed class Challenger : IDisposable
{
    private const string Part = "challenger";

    private readonly ChallengerOptions _options;
    private readonly BatchBook _book;
    private readonly GameReader _reader;
    private readonly CaseSource _cases;
    private readonly RecordStore _records;
    private readonly ChallengerMetrics _metrics = new();
    private readonly ChallengerAccount? _account;
    private readonly OwnComputations _computations;
    private readonly ComputeDispute? _disputes;
    private readonly PosterAccuser? _poster;
    private readonly InterestDefence? _defence;
    private readonly Readiness _readiness;
    private readonly ILogger<Challenger> _log;
    private readonly TimeProvider _clock;
    private readonly Dictionary<ulong, string> _alarms = [];

    public Challenger(
        BatchVerification verification, BatchBook book, VerifierOptions options, Readiness readiness, ILogger<Challenger> log, TimeProvider clock)
    {
        (_options, _book, _readiness, _log, _clock) = (options.Challenger, book, readiness, log, clock);
        _reader = new GameReader(verification.Newest, options.Deployment);
        _cases = new CaseSource(options.EvidenceFolder ?? "");
        _records = new RecordStore(_options.RecordFile, options.Deployment);
        _computations = new OwnComputations(new OwnComputer(verification, options.Deployment.Domain()));
        if (_options.Mode == ChallengerMode.Watchtower)
            return;
        _account = new ChallengerAccount(verification.Endpoints, options.Deployment, _options, _records, _metrics, clock);
        PublishedData published = new();
        verification.Fetcher.Published = published.Manifest;
        verification.Fetcher.Overlay = published.Overlay;
        _poster = new PosterAccuser(verification, _reader, _account, _records, published, _metrics, log);
        _defence = new InterestDefence(verification, _reader, _account, _computations, _options, log);
        _disputes = new ComputeDispute(_reader, _account, _records, _computations, _cases, _metrics, clock, log);
    }

    /// <summary>Acts until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await GuardedAsync(() => PollAsync(cancellationToken));
            await Task.Delay(TimeSpan.FromSeconds(_options.PollSeconds), _clock, cancellationToken);
        }
    }

    /// <summary>One look at all findings and disputes, with the moves that are owed.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (await _reader.ReadAsync(cancellationToken) is not { } site)
        {
            _readiness.Block(Part, "the rollup has no dispute contracts");
            return;
        }

        if (_account is not null)
            await GuardedAsync(() => CheckAccountAsync(site, cancellationToken));
        foreach (BatchEntry entry in _book.Entries.Values.Where(e => e.Verdict == Verdict.Invalid))
            await GuardedAsync(() => AccuseAsync(site, entry, cancellationToken));
        if (_disputes is null || _poster is null || _defence is null)
            return;
        await GuardedAsync(() => _defence.DefendAsync(site, GuardedAsync, cancellationToken));
        foreach (BatchEntry entry in _book.Entries.Values.Where(IsWithheld))
            await GuardedAsync(() => DemandAsync(site, entry, cancellationToken));
        foreach (ChallengeRecord record in _records.Challenges)
            await GuardedAsync(() => _poster.SettleAsync(site, record, cancellationToken));
        foreach (DisputeRecord record in _records.Disputes)
            await GuardedAsync(() => _disputes.MoveAsync(site, record, cancellationToken));
        await GuardedAsync(() => CollectAsync(site, cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _computations.Dispose();
        _account?.Dispose();
        _metrics.Dispose();
    }

    private async Task AccuseAsync(GameSite site, BatchEntry entry, CancellationToken cancellationToken)
    {
        if (_options.Mode != ChallengerMode.Active)
        {
            Alarm(entry.Index, $"mode {_options.Mode}", entry.Detail);
            return;
        }

        if (_cases.Find(entry.Index, entry.BatchHash) is not { } found)
        {
            // Without its evidence nothing can be proved: the follower judges it again from the sources.
            _book.Remove(entry.Index);
            return;
        }

        if (await _poster!.HasNewsAsync(site, found, cancellationToken))
        {
            _cases.Forget(entry.BatchHash);
            _book.Remove(entry.Index);
            return;
        }

        string? obstacle = await _poster.AccuseAsync(site, found, cancellationToken);
        foreach (DisputeTarget target in Accusations.OfComputation(found))
        {
            // Called for every target, whatever kept an earlier one: a leaf that cannot be accused must not shelter the others.
            string? one = await _disputes!.OpenAsync(site, found, target, cancellationToken);
            obstacle ??= one;
        }

        if (obstacle is null)
            ClearAlarm(entry.Index);
        else
            Alarm(entry.Index, "not accused", obstacle);
    }

    private bool IsWithheld(BatchEntry entry) =>
        entry.Verdict == Verdict.Unavailable && entry.Cause is VerdictCause.ManifestMissing or VerdictCause.ChunksMissing
        && entry.Attempts >= _options.MissingBeforeChallenge;

    private async Task DemandAsync(GameSite site, BatchEntry entry, CancellationToken cancellationToken)
    {
        if (_options.Mode != ChallengerMode.Active)
            Alarm(entry.Index, $"mode {_options.Mode}", entry.Detail);
        else if (_cases.FindVerdict(entry.Index, entry.BatchHash) is { } verdict
            && await _poster!.DemandMissingAsync(site, verdict, cancellationToken) is { } obstacle)
            Alarm(entry.Index, "data not demanded", obstacle);
        else
            ClearAlarm(entry.Index);
    }

    private async Task CheckAccountAsync(GameSite site, CancellationToken cancellationToken)
    {
        UInt128 bonds = 0;
        int open = 0;
        foreach (DisputeRecord record in _records.Disputes)
        {
            ulong id = await _reader.FindAsync(site, record.Target, _account!.Address, cancellationToken);
            if (id == 0 || await _reader.DisputeAsync(site, id, cancellationToken) is not { IsOpen: true } dispute)
                continue;
            bonds += dispute.Bond;
            open++;
        }

        _account!.BondsAtRisk = _metrics.BondsAtRisk = bonds;
        _metrics.Open = open;
        UInt128 balance = await _account.GetBalanceAsync(cancellationToken);
        if (balance < _options.MinBalance)
            _readiness.Block(Part, $"{_account.Address} has {balance} wei, less than {_options.MinBalance}");
        else if (_alarms.Count > 0)
            _readiness.Block(Part, _alarms.First().Value);
        else
            _readiness.Clear(Part);
    }

    private async Task CollectAsync(GameSite site, CancellationToken cancellationToken)
    {
        Address own = _account!.Address;
        foreach ((DisputeKind kind, Address address) in site.Kinds)
        {
            // Every kind keeps what it owes in the same way.
            UInt128 owed = await _reader.AgreeOnAsync(e => new DisputeGameContract(e.Client, address).GetPayoutAsync(own, site.At, cancellationToken), "a payout", w => $"{w}");
            if (owed > 0)
                await _account.SendAsync($"withdraw-{kind}", address, _account.Game(address).WithdrawPayout(own), 0, finishes: true, cancellationToken);
        }

        UInt128 bounty = await _reader.AgreeOnAsync(e => e.Registry.GetPayoutAsync(own, site.At, cancellationToken), "a payout", w => $"{w}");
        if (bounty > 0)
            await _account.SendAsync("withdraw-bounty", _account.Registry.Address, _account.Registry.WithdrawPayout(own), 0, finishes: true, cancellationToken);
    }

    private void Alarm(ulong index, string cause, string detail)
    {
        string text = $"batch {index} is wrong: {cause}: {detail}";
        if (_alarms.TryGetValue(index, out string? known) && known == text)
            return;
        _alarms[index] = text;
        _metrics.Alarms = _alarms.Count;
        ChallengerLog.Alarm(_log, index, cause, detail);
    }

    private void ClearAlarm(ulong index)
    {
        _alarms.Remove(index);
        _metrics.Alarms = _alarms.Count;
    }

    private async Task GuardedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (JudgementException e)
        {
            _metrics.Waited();
            ChallengerLog.Waiting(_log, e.Cause, e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or FailureException))
        {
            ChallengerLog.Failed(_log, e);
        }
    }
}

using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Hosting.Observability;
using TeeTee.Hosting.Storage;
using TeeTee.Numerics;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.RollupContracts;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// Defends the receipts of one operator: reveals, answers and takes what challengers lose by silence, each in time. What there is to do the chain says, again
/// before each move, so nothing is remembered over a restart but what is under way. A dispute in which a move is owed and cannot be made is an alarm:
/// readiness names it until it is settled, because the stake is about to go.
/// </summary>
public sealed class Defender : IDisposable
{
    private const string Part = "disputes";
    private const int MostLists = 8;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly DefenderOptions _options;
    private readonly Address _accused;
    private readonly IDefenceEvidence _evidence;
    private readonly Readiness _readiness;
    private readonly DefenderMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly DefenceAccount _account;
    private readonly DisputeReader _reader;
    private readonly Dictionary<ulong, (string Cause, long At)> _failures = [];
    private readonly Dictionary<Bytes32, DefenceList> _lists = [];
    private readonly HashSet<ulong> _announced = [];
    private TimeSpan _pause;

    /// <param name="options">Account, limits and times.</param>
    /// <param name="client">The chain.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="rollup">Address of TeeTeeRollup.</param>
    /// <param name="accused">The operator whose receipts are defended.</param>
    /// <param name="evidence">What they are defended from.</param>
    /// <param name="ledgerPath">SQLite file of moves under way; this defender's alone.</param>
    /// <param name="readiness">Gets the alarms.</param>
    /// <param name="metrics">Gets the figures.</param>
    /// <param name="clock">The clock of pauses and of the day.</param>
    /// <param name="log">Where it logs.</param>
    public Defender(
        DefenderOptions options, EthereumClient client, ulong chainId, Address rollup, Address accused, IDefenceEvidence evidence, string ledgerPath,
        Readiness readiness, DefenderMetrics metrics, TimeProvider clock, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _accused, _evidence, _readiness, _metrics, _clock, _log) = (options, accused, evidence, readiness, metrics, clock, log);
        _pause = options.Poll;
        DefenceLedger ledger = new(SqliteDatabase.Open(ledgerPath, DefenceLedger.Migrations), clock);
        _account = new DefenceAccount(options, client, chainId, ledger, clock);
        _reader = new DisputeReader(client, rollup);
    }

    /// <summary>Trace roots of the receipts in dispute as last read, whose evidence must stay; null until all disputes have been read once.</summary>
    public IReadOnlyCollection<Bytes32>? Disputed { get; private set; }

    /// <summary>The account, for what else it pays.</summary>
    internal DefenceAccount Account => _account;

    /// <summary>What readiness calls the alarm.</summary>
    public string Name { get; init; } = "defence";

    /// <summary>Defends until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!await TryRunOnceAsync(cancellationToken))
                await Task.Delay(_pause, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One round; a chain that cannot be asked is an alarm and makes the pauses longer.</summary>
    /// <returns>Whether to look again at once.</returns>
    public async Task<bool> TryRunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            bool more = await RunOnceAsync(cancellationToken);
            _readiness.Clear(Part);
            _pause = _options.Poll;
            return more;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            // A defender that cannot see the chain must be looked after before a deadline passes unseen.
            _readiness.Block(Part, $"Disputes cannot be looked for: {fault.Message}");
            _metrics.CountFault();
            DefenceLog.Faulted(_log, fault.Message);
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _account.Dispose();

    /// <summary>Looks once and makes the moves that are due, the most urgent first; whether to look again at once.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        (int resumed, bool ended) = await _account.RecoverAsync(cancellationToken);
        if (resumed > 0)
            DefenceLog.Resumed(_log, resumed);
        if (!ended)
            return false;
        if (await _reader.FindGameAsync(cancellationToken) is not { } game)
        {
            Disputed = [];
            return false;
        }

        (IReadOnlyList<GameDispute> all, ulong now) = await _reader.ReadAsync(game, _accused, cancellationToken);
        GameDispute[] open = [.. all.Where(dispute => dispute.IsOpen).OrderBy(dispute => dispute.Deadline)];
        Forget(open);
        List<Bytes32> disputed = [];
        bool complete = true;
        bool more = false;
        foreach (GameDispute dispute in open)
        {
            // One dispute that cannot be read, whoever made it so, must not keep the others undefended.
            if (await FindContextAsync(game, dispute, cancellationToken) is not { } context)
            {
                complete = false;
                continue;
            }
            disputed.Add(context.TraceRoot);
            Announce(dispute, context, now);
            if (IsDue(dispute))
                more |= await TryTakeAsync(game, dispute.Id, context, now, cancellationToken);
        }
        Disputed = complete ? disputed : null;
        if (open.Length == 0)
            await WithdrawAsync(game, cancellationToken);
        await ReportAsync(game, open, cancellationToken);
        return more;
    }

    private async Task<DisputeContext?> FindContextAsync(DisputeGameContract game, GameDispute dispute, CancellationToken cancellationToken)
    {
        if (_reader.KnownContextOf(dispute) is { } known)
            return known;
        if (!IsDue(dispute))
            return null;
        try
        {
            return await _reader.ContextOfAsync(game, dispute, cancellationToken);
        }
        catch (MalformedDataException fault)
        {
            Fail(dispute.Id, fault.Message);
            return null;
        }
    }

    private void Announce(GameDispute dispute, DisputeContext context, ulong now)
    {
        if (_announced.Add(dispute.Id))
            DefenceLog.Disputed(_log, dispute.Id, _accused, context.Slot, context.Position, context.BatchIndex, dispute.Deadline - Math.Min(now, dispute.Deadline));
    }

    private bool IsDue(GameDispute dispute) => !_failures.TryGetValue(dispute.Id, out var failure) || _clock.GetElapsedTime(failure.At) >= _options.Retry;

    // Whatever is wrong with one dispute must neither keep the others undefended nor end the process.
    private async Task<bool> TryTakeAsync(DisputeGameContract game, ulong id, DisputeContext context, ulong now, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeAsync(game, id, context, now, cancellationToken);
        }
#pragma warning disable CA1031 // Named in the alarm; the chain's own faults slow the whole loop down.
        catch (Exception fault) when (fault is not (OperationCanceledException or RpcTransportException or JsonRpcException))
#pragma warning restore CA1031
        {
            return Fail(id, $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    // Whatever was read before, the newest state decides.
    private async Task<bool> TakeAsync(DisputeGameContract game, ulong id, DisputeContext context, ulong now, CancellationToken cancellationToken)
    {
        GameDispute dispute = await game.GetAsync(id, BlockTag.Latest, cancellationToken);
        bool late = now >= dispute.Deadline;
        return dispute.State switch
        {
            GameState.Opened or GameState.Selected when late => Fail(id, "its deadline has passed"),
            GameState.Opened => await RevealAsync(game, dispute, context, cancellationToken),
            GameState.Selected => await AnswerAsync(game, dispute, context, cancellationToken),
            GameState.Revealed or GameState.Answered when late => await WinAsync(game, id, cancellationToken),
            _ => Settle(id),
        };
    }

    private async Task<bool> RevealAsync(DisputeGameContract game, GameDispute dispute, DisputeContext context, CancellationToken cancellationToken)
    {
        if (await ListOfAsync(dispute, context, FaultKind.WithholdReveal, cancellationToken) is not { } list)
            return false;
        GameReveal standing = await game.GetRevealAsync(dispute.PositionKey, BlockTag.Latest, cancellationToken);
        while (!standing.IsComplete)
        {
            int first = standing.GroupRoots.Count;
            if (first >= list.Groups.Count)
                return Fail(dispute.Id, $"{first} groups are revealed, and this list has {list.Groups.Count}");
            int count = RevealPlan.Take(list.Groups, first, _options.MostRevealBytes);
            if (await _account.SendAsync($"reveal:{dispute.PositionKey}:{first}", game, Encode(game, context, list, first, count), isOwed: true, cancellationToken) is { } cause)
                return Fail(dispute.Id, cause);
            _metrics.CountMove("reveal");
            DefenceLog.Revealed(_log, dispute.Id, first, first + count - 1, list.Groups.Count);
            GameReveal after = await game.GetRevealAsync(dispute.PositionKey, BlockTag.Latest, cancellationToken);
            // A transaction that is still under way is waited for by the next round.
            if (after.GroupRoots.Count == first && !after.IsComplete)
                return true;
            standing = after;
        }
        return Settle(dispute.Id);
    }

    private static byte[] Encode(DisputeGameContract game, DisputeContext context, DefenceList list, int first, int count)
    {
        bool last = first + count == list.Groups.Count && list.HasPick;
        TraceOpening opening = first == 0 ? list.Opening : list.Opening with { Path = [] };
        return game.Reveal(context, opening, (uint)first, [.. list.Groups.Skip(first).Take(count)], last ? list.Token : null, last ? list.Pick : []);
    }

    private async Task<bool> AnswerAsync(DisputeGameContract game, GameDispute dispute, DisputeContext context, CancellationToken cancellationToken)
    {
        if (await ListOfAsync(dispute, context, FaultKind.WithholdAnswer, cancellationToken) is not { } list)
            return false;
        byte[] content = list.Answer((int)dispute.Group, (int)dispute.Index);
        if (await _account.SendAsync($"answer:{dispute.Id}", game, game.Answer(dispute.Id, context, content), isOwed: true, cancellationToken) is { } cause)
            return Fail(dispute.Id, cause);
        _metrics.CountMove("answer");
        DefenceLog.Answered(_log, dispute.Id, dispute.Group, dispute.Index);
        return Settle(dispute.Id);
    }

    private async Task<bool> WinAsync(DisputeGameContract game, ulong id, CancellationToken cancellationToken)
    {
        if (await _account.SendAsync($"timeout:{id}", game, game.Timeout(id), isOwed: false, cancellationToken) is { } cause)
            return Fail(id, cause);
        _metrics.CountMove("timeout");
        DefenceLog.Won(_log, id);
        return Settle(id);
    }

    // Null where nothing can or, by a fault, is to be said.
    private async Task<DefenceList?> ListOfAsync(GameDispute dispute, DisputeContext context, FaultKind silence, CancellationToken cancellationToken)
    {
        if (_lists.TryGetValue(dispute.PositionKey, out DefenceList? known))
            return known.Silence == silence ? null : known;
        if (!_evidence.TryFind(context, out DefenceMaterial? material, out string cause))
        {
            Fail(dispute.Id, cause);
            return null;
        }
        using (material)
        {
            (DefenceList? list, cause) = await Task.Run(() => Make(context, material, cancellationToken), cancellationToken);
            if (list is null)
            {
                Fail(dispute.Id, cause);
                return null;
            }
            if (_lists.Count >= MostLists)
                _lists.Clear();
            _lists[dispute.PositionKey] = list;
            return list.Silence == silence ? null : list;
        }
    }

    private static (DefenceList? List, string Cause) Make(DisputeContext context, DefenceMaterial material, CancellationToken cancellationToken)
    {
        try
        {
            return DefenceList.Make(context, material, cancellationToken);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or NonFiniteException)
        {
            return (null, $"it cannot be computed again: {fault.Message}");
        }
    }

    private bool Fail(ulong id, string cause)
    {
        if (!_failures.TryGetValue(id, out var known) || known.Cause != cause)
            DefenceLog.Undefended(_log, id, cause);
        _failures[id] = (cause, _clock.GetTimestamp());
        return false;
    }

    private bool Settle(ulong id)
    {
        _failures.Remove(id);
        return false;
    }

    private void Forget(IReadOnlyList<GameDispute> open)
    {
        HashSet<ulong> ids = [.. open.Select(dispute => dispute.Id)];
        _announced.IntersectWith(ids);
        foreach (ulong settled in _failures.Keys.Except(ids).ToArray())
            _failures.Remove(settled);
        HashSet<Bytes32> keys = [.. open.Select(dispute => dispute.PositionKey)];
        foreach (Bytes32 settled in _lists.Keys.Where(key => !keys.Contains(key)).ToArray())
            _lists.Remove(settled);
    }

    // What challengers lost is the operator's; only its own account can fetch it.
    private async Task WithdrawAsync(DisputeGameContract game, CancellationToken cancellationToken)
    {
        if (_account.Address != _accused || await game.GetPayoutAsync(_accused, BlockTag.Latest, cancellationToken) == 0)
            return;
        if (await _account.SendAsync($"payout:{game.Address}", game, game.WithdrawPayout(_accused), isOwed: false, cancellationToken) is null)
            _metrics.CountMove("payout");
    }

    private async Task ReportAsync(DisputeGameContract game, IReadOnlyList<GameDispute> open, CancellationToken cancellationToken)
    {
        _metrics.SetDisputes(_accused, open.Count, _failures.Count);
        (_metrics.SpentToday, _metrics.Balance) = (_account.SpentToday, await _account.GetBalanceAsync(cancellationToken));
        GameDispute? first = open.Where(dispute => _failures.ContainsKey(dispute.Id)).MinBy(dispute => dispute.Deadline);
        string? alarm = first is not null ? $"Dispute {first.Id} cannot be defended: {_failures[first.Id].Cause}."
            : _metrics.Balance < _options.MinBalance ? $"The defender's account {_account.Address} has {_metrics.Balance} wei; at least {_options.MinBalance} are needed."
            : _metrics.SpentToday >= _options.DailyLimit ? $"The defender's limit of {_options.DailyLimit} wei a day is spent."
            : !await MayAsync(game, cancellationToken) ? $"{_account.Address} is not registered as a defender of {_accused}."
            : null;
        if (alarm is null)
            _readiness.Clear(Name);
        else
            _readiness.Block(Name, alarm);
    }

    private async Task<bool> MayAsync(DisputeGameContract game, CancellationToken cancellationToken) =>
        _account.Address == _accused || await game.IsDefenderAsync(_accused, _account.Address, BlockTag.Latest, cancellationToken);
}

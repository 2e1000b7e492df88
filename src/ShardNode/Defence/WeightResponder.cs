using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// Shows on the chain the weight pages of the served model that are demanded there: a model whose pages nobody shows is suspended, and its hosts earn nothing.
/// Anyone may answer, so what is open is asked again before anything is sent. It pays from the <see cref="Defender"/>'s account, within the limit of the day,
/// and remembers nothing over a restart but what is under way. A page that cannot be shown is an alarm until its challenge is settled.
/// </summary>
internal sealed class WeightResponder : IDisposable
{
    private const string Part = "weights";
    private const string Alarm = "weights.answers";
    private const ulong PageSize = 256;
    private const ulong MostRead = 4_096;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly DefenderOptions _options;
    private readonly EthereumClient _client;
    private readonly RollupContract _rollup;
    private readonly Bytes32 _modelId;
    private readonly OwnWeights _weights;
    private readonly DefenceAccount _account;
    private readonly Readiness _readiness;
    private readonly DefenderMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Dictionary<ulong, (string Cause, long At)> _failures = [];
    private readonly Dictionary<(uint Tensor, uint Row, uint Page), ProvenPage> _proven = [];
    private readonly HashSet<ulong> _announced = [];
    private TimeSpan _pause;

    /// <param name="options">Limits and times.</param>
    /// <param name="client">The chain.</param>
    /// <param name="rollup">Address of TeeTeeRollup.</param>
    /// <param name="modelId">The model whose pages are shown.</param>
    /// <param name="weights">Gives the pages.</param>
    /// <param name="account">Pays for the answers; whoever made it disposes of it.</param>
    /// <param name="readiness">Gets the alarms.</param>
    /// <param name="metrics">Gets the figures.</param>
    /// <param name="clock">The clock of pauses and turns.</param>
    /// <param name="log">Where it logs.</param>
    public WeightResponder(
        DefenderOptions options, EthereumClient client, Address rollup, Bytes32 modelId, OwnWeights weights, DefenceAccount account,
        Readiness readiness, DefenderMetrics metrics, TimeProvider clock, ILogger log)
    {
        (_options, _client, _modelId, _weights, _account, _readiness, _metrics, _clock, _log) = (options, client, modelId, weights, account, readiness, metrics, clock, log);
        _rollup = new RollupContract(client, rollup);
        _pause = options.Poll;
    }

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await TryRunOnceAsync(cancellationToken);
            await Task.Delay(_pause, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();

    /// <summary>One round; a chain that cannot be asked is an alarm and makes the pauses longer.</summary>
    internal async Task TryRunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(cancellationToken);
            _readiness.Clear(Part);
            _pause = _options.Poll;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            _readiness.Block(Part, $"Demands for weight pages cannot be looked for: {fault.Message}");
            _metrics.CountFault();
            DefenceLog.WeightsFaulted(_log, fault.Message);
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    /// <summary>Looks once and answers what is due, the most urgent first.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        (int resumed, bool ended) = await _account.RecoverAsync(cancellationToken);
        if (resumed > 0)
            DefenceLog.Resumed(_log, resumed);
        if (!ended)
            return;
        if (await FindAsync(cancellationToken) is not { } contract)
        {
            Forget([]);
            Report([]);
            return;
        }
        (IReadOnlyList<WeightChallenge> open, ulong now) = await ReadAsync(contract, cancellationToken);
        Forget(open);
        ulong window = open.Count == 0 ? 0 : (await _rollup.GetParametersAsync(BlockTag.Latest, cancellationToken)).ResponseWindow;
        foreach (WeightChallenge challenge in open.OrderBy(challenge => challenge.Deadline))
        {
            Announce(challenge, now);
            if (IsDue(challenge.Id))
                await TryTakeAsync(contract, challenge, now, window, cancellationToken);
        }
        Report(open);
        if (open.Count == 0)
            await WithdrawAsync(contract, cancellationToken);
    }

    /// <summary>
    /// When an account answers, in Unix seconds: spread over the first half of the window. Who comes second pays for some nine kilobytes of calldata in vain,
    /// so that without turns one demand would cost all hosts of a model. Pages are proved before, so that damage is known in time.
    /// </summary>
    internal static ulong TurnOf(Address account, WeightChallenge challenge, ulong window)
    {
        byte[] seed = new byte[Address.Size + sizeof(ulong)];
        account.CopyTo(seed);
        BinaryPrimitives.WriteUInt64BigEndian(seed.AsSpan(Address.Size), challenge.Id);
        ulong share = Keccak256.Hash(seed).ToArray()[0];
        return challenge.Deadline - Math.Min(challenge.Deadline, window) + (window / 2 * share / 256);
    }

    private async Task<WeightChallengesContract?> FindAsync(CancellationToken cancellationToken)
    {
        Address hub = await _rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken);
        if (hub.IsZero)
            return null;
        Address? found = await new DisputeHubContract(_client, hub).FindAsync(DisputeKind.WeightChallenges, BlockTag.Latest, cancellationToken);
        return found is { IsZero: false } address ? new WeightChallengesContract(_client, address) : null;
    }

    private async Task<(IReadOnlyList<WeightChallenge> Open, ulong Now)> ReadAsync(WeightChallengesContract contract, CancellationToken cancellationToken)
    {
        BlockHeader head = await _client.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new MalformedDataException("The node gives no newest block.");
        var block = BlockTag.Hash(head.Hash);
        List<WeightChallenge> open = [];
        for (ulong start = 0; start < MostRead; start += PageSize)
        {
            IReadOnlyList<ulong> ids = await contract.GetOpenAsync(_modelId, start, PageSize, block, cancellationToken);
            foreach (ulong id in ids)
                open.Add(await contract.GetAsync(id, block, cancellationToken));
            if ((ulong)ids.Count < PageSize)
                break;
        }
        return (open, head.Timestamp);
    }

    private void Announce(WeightChallenge challenge, ulong now)
    {
        if (_announced.Add(challenge.Id))
            DefenceLog.PageDemanded(_log, challenge.Page, challenge.Row, challenge.TensorId, challenge.Id, challenge.Deadline - Math.Min(now, challenge.Deadline));
    }

    private bool IsDue(ulong id) => !_failures.TryGetValue(id, out var failure) || _clock.GetElapsedTime(failure.At) >= _options.Retry;

    // Whatever is wrong with one demand must neither keep the others unanswered nor end the process.
    private async Task TryTakeAsync(WeightChallengesContract contract, WeightChallenge challenge, ulong now, ulong window, CancellationToken cancellationToken)
    {
        try
        {
            await TakeAsync(contract, challenge, now, window, cancellationToken);
        }
#pragma warning disable CA1031 // Named in the alarm; the chain's own faults slow the whole loop down.
        catch (Exception fault) when (fault is not (OperationCanceledException or RpcTransportException or JsonRpcException))
#pragma warning restore CA1031
        {
            Fail(challenge.Id, $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    private async Task TakeAsync(WeightChallengesContract contract, WeightChallenge challenge, ulong now, ulong window, CancellationToken cancellationToken)
    {
        if (now >= challenge.Deadline)
        {
            Fail(challenge.Id, "its deadline has passed");
            return;
        }
        if (await ProveAsync(challenge, cancellationToken) is not { } page)
            return;
        // A quiet chain's newest block may be old.
        if (Math.Max(now, (ulong)_clock.GetUtcNow().ToUnixTimeSeconds()) < TurnOf(_account.Address, challenge, window) || !await IsOpenAsync(contract, challenge, cancellationToken))
        {
            _failures.Remove(challenge.Id);
            return;
        }
        byte[] data = contract.AnswerRow(challenge.Id, _weights.Config, page.Content, page.Path);
        string? cause = await _account.SendAsync($"weights:{contract.Address}:{challenge.Id}", contract, data, isOwed: false, cancellationToken);
        bool open = await IsOpenAsync(contract, challenge, cancellationToken);
        if (open && cause is not null)
        {
            Fail(challenge.Id, cause);
            return;
        }
        _failures.Remove(challenge.Id);
        // What is still open is under way, and waited for by the next round; what failed and is not open was answered by somebody else.
        if (open || cause is not null)
            return;
        _metrics.CountMove("page");
        DefenceLog.PageShown(_log, challenge.Page, challenge.Row, challenge.TensorId, challenge.Id);
    }

    private async Task<ProvenPage?> ProveAsync(WeightChallenge challenge, CancellationToken cancellationToken)
    {
        var place = (challenge.TensorId, challenge.Row, challenge.Page);
        if (_proven.TryGetValue(place, out ProvenPage? known))
            return known;
        // The first one hashes the whole file.
        (ProvenPage? page, string cause) = await Task.Run(
            () => _weights.TryProve(challenge.TensorId, challenge.Row, challenge.Page, out ProvenPage? proven, out string why, cancellationToken) ? (proven, "") : (null, why),
            cancellationToken);
        if (page is null)
            Fail(challenge.Id, cause);
        else
            _proven[place] = page;
        return page;
    }

    // Whatever was read before, the newest state decides; after a reorganisation an id may be another demand.
    private static async Task<bool> IsOpenAsync(WeightChallengesContract contract, WeightChallenge challenge, CancellationToken cancellationToken)
    {
        WeightChallenge newest = await contract.GetAsync(challenge.Id, BlockTag.Latest, cancellationToken);
        return newest.State == ChallengeState.Open && newest with { Deadline = challenge.Deadline, Challenger = challenge.Challenger, Bond = challenge.Bond } == challenge;
    }

    private void Fail(ulong id, string cause)
    {
        if (!_failures.TryGetValue(id, out var known) || known.Cause != cause)
            DefenceLog.PageWithheld(_log, id, cause);
        _failures[id] = (cause, _clock.GetTimestamp());
    }

    private void Forget(IReadOnlyList<WeightChallenge> open)
    {
        HashSet<ulong> ids = [.. open.Select(challenge => challenge.Id)];
        _announced.IntersectWith(ids);
        foreach (ulong settled in _failures.Keys.Except(ids).ToArray())
            _failures.Remove(settled);
        foreach (var settled in _proven.Keys.Except(open.Select(challenge => (challenge.TensorId, challenge.Row, challenge.Page))).ToArray())
            _proven.Remove(settled);
        if (open.Count == 0)
            _weights.Close();
    }

    private void Report(IReadOnlyList<WeightChallenge> open)
    {
        _metrics.SetPages(open.Count, _failures.Count);
        _metrics.SpentToday = _account.SpentToday;
        if (open.Where(challenge => _failures.ContainsKey(challenge.Id)).MinBy(challenge => challenge.Deadline) is { } first)
            _readiness.Block(Alarm, $"Page {first.Page} of row {first.Row} of tensor {first.TensorId} is demanded (challenge {first.Id}) and cannot be shown: {_failures[first.Id].Cause}.");
        else
            _readiness.Clear(Alarm);
    }

    // The bonds of demands pay half of the answers.
    private async Task WithdrawAsync(WeightChallengesContract contract, CancellationToken cancellationToken)
    {
        if (await contract.GetPayoutAsync(_account.Address, BlockTag.Latest, cancellationToken) < _options.MinPayout)
            return;
        if (await _account.SendAsync($"payout:{contract.Address}", contract, contract.WithdrawPayout(_account.Address), isOwed: false, cancellationToken) is null)
            _metrics.CountMove("payout");
    }
}

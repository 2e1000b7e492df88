using System.Diagnostics;
using System.Numerics;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Fraud;

/// <summary>Commits one fault on a network and follows it until the contracts have decided and everybody has its money.</summary>
/// <param name="fraud">The network, with everybody honest.</param>
/// <param name="warps">Whether the chain's time is moved to deadlines that somebody lets pass, instead of waiting for them.</param>
/// <param name="progress">Told every step.</param>
internal sealed class FraudRun(FraudNetwork fraud, bool warps, Action<string> progress)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    // Jobs are asked alike, so that a fault's default place is in every one of them.
    private const int PromptTokens = 9;
    private const uint OutputTokens = 6;

    private readonly LocalNetwork _network = fraud.Network;
    private readonly HashSet<(ulong, ulong)> _told = [];
    private FraudWatch _watch = null!;

    /// <summary>Runs it.</summary>
    public async Task<FraudResult> RunAsync(Fault fault, CancellationToken cancellationToken)
    {
        FaultInfo info = FaultCatalog.Of(fault.Kind);
        MoneyBook book = new(_network);
        IReadOnlyList<PartyMoney> before = await book.ReadAsync(cancellationToken).ConfigureAwait(false);
        ulong block = await _network.Chain.Client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        _watch = new FraudWatch(_network, block + 1);

        // 1. A job that somebody cheats at.
        progress($"{info.Name}: {info.Description}");
        Turn(fault, info);
        AskedJob job = await AskAsync(cancellationToken).ConfigureAwait(false);
        progress($"job {job.JobId} is answered: {job.Output.Count} tokens{(job.Refusal is null ? "" : $"; its client refuses it: {job.Refusal}")}");

        // 2. Its batch, posted as if nothing had happened.
        await PostAsync(job, cancellationToken).ConfigureAwait(false);
        fraud.BeHonest();

        // 3. The dispute, until somebody is convicted and the money is where it belongs.
        await FollowAsync(info, cancellationToken).ConfigureAwait(false);
        return await ReportAsync(info, before, book, cancellationToken).ConfigureAwait(false);
    }

    private void Turn(Fault fault, FaultInfo info)
    {
        if (info.Role == FaultRole.Shard)
            fraud.ShardFaults[^1].Active = fault;
        else if (info.Shard)
            fraud.ShardFaults.ToList().ForEach(s => s.Active = fault);
        if (info.Sequencer)
            fraud.SequencerFaults.Active = fault;
    }

    private Task<AskedJob> AskAsync(CancellationToken cancellationToken)
    {
        uint vocabulary = _network.Model.Config.VocabularySize;
        uint[] prompt = [.. Enumerable.Range(0, PromptTokens).Select(i => 3 + (uint)(i * 37) % (vocabulary - 3))];
        return fraud.User.AskAsync(new JobPrompt(prompt, OutputTokens, [], Sampling.GreedyPick), cancellationToken);
    }

    private async Task PostAsync(AskedJob job, CancellationToken cancellationToken)
    {
        if (warps)
        {
            RollupContract rollup = new(_network.Chain.Client, _network.Deployment.Rollup);
            RollupParameters parameters = await rollup.GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
            await _network.Chain.WarpAsync(parameters.EpochSeconds, cancellationToken).ConfigureAwait(false);
        }
        ulong index = await fraud.User.WaitForBatchAsync(job.JobId, s_patience, cancellationToken).ConfigureAwait(false);
        progress($"batch {index} is on chain");
    }

    private async Task FollowAsync(FaultInfo info, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await TellAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                throw new FailureException(ExitCode.Timeout, "timeout", $"Nobody was convicted of {info.Name} in {s_patience.TotalSeconds} s.");
            if (warps)
                await WarpToDeadlineAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
        }
    }

    // Tells what is new on chain; true once a conviction is there and the challenger has its bounty.
    private async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(LogEntry Log, ContractEvent Event)> events = await _watch.EventsAsync(cancellationToken).ConfigureAwait(false);
        foreach ((LogEntry log, ContractEvent e) in events)
        {
            if (_told.Add((log.BlockNumber, log.LogIndex)) && FraudStory.Tell(e) is { } line)
                progress(line);
        }
        Address challenger = _network.Keys.Challenger.Address;
        return events.Any(e => e.Event.Name == "StakeSlashed")
            && events.Any(e => e.Event.Name == "PayoutWithdrawn" && (Address)e.Event.Values["owner"] == challenger)
            && !events.Any(e => e.Event.Name == "DisputeSettled" && IsConviction(e.Event) && !events.Any(p => p.Event.Name == "BountyPaid"));
    }

    private static bool IsConviction(ContractEvent e) => (GameState)(ulong)e.Values["state"] == GameState.ChallengerWon;

    // Only where the defender owes a move that its fault keeps it from, and where a bounty waits: never past a move that the challenger owes.
    private async Task WarpToDeadlineAsync(CancellationToken cancellationToken)
    {
        RollupContract rollup = new(_network.Chain.Client, _network.Deployment.Rollup);
        DisputeHubContract hub = new(_network.Chain.Client, await rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false));
        Address address = (await hub.FindAsync(DisputeKind.Game, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!.Value;
        DisputeGameContract game = new(_network.Chain.Client, address);
        IReadOnlyList<(LogEntry Log, ContractEvent Event)> events = await _watch.EventsAsync(cancellationToken).ConfigureAwait(false);
        foreach (ulong id in events.Where(e => e.Event.Name == "DisputeOpened").Select(e => (ulong)(BigInteger)e.Event.Values["disputeId"]))
        {
            GameDispute dispute = await game.GetAsync(id, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
            if (dispute.State is GameState.Opened or GameState.Selected && await IsStuckAsync(dispute, cancellationToken).ConfigureAwait(false))
                await _network.Chain.WarpToAsync(dispute.Deadline, cancellationToken).ConfigureAwait(false);
            else if (dispute.State == GameState.ChallengerWon)
                await _network.Chain.WarpToAsync((await game.GetCaseAsync(dispute.CaseKey, BlockTag.Latest, cancellationToken).ConfigureAwait(false)).BountyPayableAt, cancellationToken).ConfigureAwait(false);
        }
    }

    private readonly Dictionary<(ulong, GameState), long> _since = [];

    private Task<bool> IsStuckAsync(GameDispute dispute, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (ulong, GameState) key = (dispute.Id, dispute.State);
        if (!_since.TryGetValue(key, out long since))
            _since[key] = since = Stopwatch.GetTimestamp();
        return Task.FromResult(Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(2));
    }

    private async Task<FraudResult> ReportAsync(FaultInfo info, IReadOnlyList<PartyMoney> before, MoneyBook book, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContractEvent> events = [.. (await _watch.EventsAsync(cancellationToken).ConfigureAwait(false)).Select(e => e.Event)];
        IReadOnlyList<FraudSlash> slashed = await _watch.SlashesAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PartyMoney> after = await book.ReadAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<FraudTransaction> transactions = await _watch.TransactionsAsync(cancellationToken).ConfigureAwait(false);
        FraudPlace place = await _watch.PlaceAsync(cancellationToken).ConfigureAwait(false);
        bool unharmed = before.Zip(after).Where(p => !slashed.Any(s => s.Address == p.First.Address))
            .All(p => p.Second.Stake >= p.First.Stake && p.Second.Forfeited <= p.First.Forfeited && p.Second.Claimed >= p.First.Claimed);
        bool caught = slashed.Count > 0 && slashed.All(s => s.Role == (info.Role == FaultRole.Sequencer ? "sequencer" : "host"));
        UInt128 bounty = Sum(events, "BountyPaid", "amount") + Sum(events.Where(e => e.Name is "FaultProven"), "FaultProven", "bounty");
        return new FraudResult(
            info.Name, caught, place.Operator, place.Layer, place.Position, place.Element,
            transactions, slashed, Sum(events, "LeafVoided", "refund"), bounty, unharmed);
    }

    private static UInt128 Sum(IEnumerable<ContractEvent> events, string name, string value) =>
        events.Where(e => e.Name == name).Aggregate(UInt128.Zero, (sum, e) => sum + (UInt128)e.Values[value]);
}

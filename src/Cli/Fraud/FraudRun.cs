using System.Diagnostics;
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
using TeeTee.Verifier.Disputing;

namespace TeeTee.Cli.Fraud;

/// <summary>Commits one fault on a network and follows it until the contracts have decided and everybody has its money.</summary>
/// <param name="fraud">The network, with everybody honest.</param>
/// <param name="warps">Whether the chain's time is moved to deadlines that somebody lets pass, instead of waiting for them.</param>
/// <param name="progress">Told every step.</param>
internal sealed class FraudRun(FraudNetwork fraud, bool warps, Action<string> progress)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Jobs are asked alike, so that a fault's default place is in every one of them.
    private const int PromptTokens = 9;
    private const uint OutputTokens = 6;

    private readonly LocalNetwork _network = fraud.Network;
    private readonly HashSet<(ulong, ulong)> _told = [];
    private FraudWatch _watch = null!;
    private ulong _batch;
    private string? _refusal;

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
        AskedJob job = await AskAsync(fault.Kind, cancellationToken).ConfigureAwait(false);
        progress($"job {job.JobId} is answered: {job.Output.Count} tokens{(job.Refusal is null ? "" : $"; its client refuses it: {job.Refusal}")}");

        // 2. Its batch, posted as if nothing had happened.
        _batch = await PostAsync(job, cancellationToken).ConfigureAwait(false);
        if (fault.Kind is not (FaultKind.WithholdData or FaultKind.LateData))
            fraud.BeHonest();
        using FraudAttacker attacker = new(_network);
        if (info.Role == FaultRole.Attacker)
            await AttackAsync(attacker, fault.Kind, cancellationToken).ConfigureAwait(false);
        if (fault.Kind == FaultKind.AnswerDiffers)
            await ShowPromiseAsync(_batch, job, cancellationToken).ConfigureAwait(false);

        // 3. The dispute, until somebody is convicted and the money is where it belongs.
        await FollowAsync(info, attacker.Address, cancellationToken).ConfigureAwait(false);
        fraud.BeHonest();
        return await ReportAsync(info, before, book, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the window end and takes back what the conviction froze, so that the network can go on with another fault.</summary>
    public async Task GoOnAsync(CancellationToken cancellationToken)
    {
        RollupContract rollup = new(_network.Chain.Client, _network.Deployment.Rollup);
        RollupParameters parameters = await rollup.GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        await _network.Chain.WarpAsync(parameters.Window, cancellationToken).ConfigureAwait(false);
        ulong last = await rollup.GetNextIndexAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false) - 1;
        long started = Stopwatch.GetTimestamp();
        while (await rollup.GetStatusAsync(last, BlockTag.Latest, cancellationToken).ConfigureAwait(false) == BatchStatus.Open)
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                throw new FailureException(ExitCode.Timeout, "timeout", $"Batch {last} did not become final.");
            await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
        }
        await ReleaseAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        using TransactionSender sender = new(_network.Chain.Client, _network.Keys.Deployer, _network.Deployment.ChainId, FraudNetwork.Sending);
        DisputeGameContract game = new(_network.Chain.Client, _network.Deployment.DisputeGame!.Value);
        foreach ((LogEntry log, _) in (await _watch.EventsAsync(cancellationToken).ConfigureAwait(false)).Where(e => e.Event.Name == "DisputeOpened"))
        {
            if (!DisputeOpened.TryDecode(log, out DisputeOpened? opened))
                continue;
            Bytes32 key = DisputeGameContract.CaseKey(opened.Context.BatchHash, opened.Context.Leaf, opened.Context.Shard);
            if (await game.GetCaseAsync(key, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is { ConvictedBy: > 0, Released: false })
                await sender.SendAsync(new TransactionRequest { Id = $"release:{key}", To = game.Address, Data = game.Release(key) }, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Turn(Fault fault, FaultInfo info)
    {
        if (fault.Kind == FaultKind.GarbageUpstream)
            fraud.ShardFaults[0].Active = fault;
        else if (info.Role == FaultRole.Shard || fault.Kind == FaultKind.SelfChallenge)
            fraud.ShardFaults[^1].Active = fault;
        else if (info.Shard)
            fraud.ShardFaults.ToList().ForEach(s => s.Active = fault);
        if (info.Sequencer)
            fraud.SequencerFaults.Active = fault;
    }

    // The job that gives each fault its chance.
    private async Task<AskedJob> AskAsync(FaultKind kind, CancellationToken cancellationToken)
    {
        uint vocabulary = _network.Model.Config.VocabularySize;
        uint[] prompt = [.. Enumerable.Range(0, PromptTokens).Select(i => 3 + (uint)(i * 37) % (vocabulary - 3))];
        Sampling drawn = new(false, BitConverter.SingleToUInt32Bits(1.25f), 0, Keccak256.Hash("fraud"u8));
        JobPrompt job = new(prompt, OutputTokens, [], kind is FaultKind.WrongSampling or FaultKind.OtherSeed ? drawn : Sampling.GreedyPick);
        switch (kind)
        {
            case FaultKind.Overdraft:
                using (LocalUser poor = new(_network, PrivateKey.Generate()))
                    return await poor.AskAsync(job, cancellationToken).ConfigureAwait(false);
            case FaultKind.AnswerDiffers or FaultKind.WrongFee:
                // A client of its own: what the sequencer counts of it is one wei off from then on.
                using (LocalUser client = new(_network, await FundedAsync(cancellationToken).ConfigureAwait(false)))
                    return await client.AskAsync(job, cancellationToken).ConfigureAwait(false);
            case FaultKind.RunPastStop:
                AskedJob honest = await HonestlyAsync(kind, job, cancellationToken).ConfigureAwait(false);
                return await fraud.User.AskAsync(job with { StopTokens = [honest.Output[1]] }, cancellationToken).ConfigureAwait(false);
            default:
                return await fraud.User.AskAsync(job, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<PrivateKey> FundedAsync(CancellationToken cancellationToken)
    {
        PrivateKey key = PrivateKey.Generate();
        await _network.Chain.Client.Rpc.CallAsync("anvil_setBalance", [key.Address.ToString(), "0x8ac7230489e80000"], cancellationToken).ConfigureAwait(false);
        CreditsContract credits = new(_network.Chain.Client, _network.Deployment.Credits);
        using TransactionSender sender = new(_network.Chain.Client, key, _network.Deployment.ChainId, FraudNetwork.Sending);
        TransactionRequest deposit = new() { Id = "deposit", To = credits.Address, Data = credits.Deposit(key.Address), Value = 1_000_000_000_000_000 };
        (await sender.SendAsync(deposit, cancellationToken).ConfigureAwait(false)).Require();
        return key;
    }

    // What the answer would be, so that it can be made to stop in the middle.
    private async Task<AskedJob> HonestlyAsync(FaultKind kind, JobPrompt job, CancellationToken cancellationToken)
    {
        fraud.BeHonest();
        AskedJob asked = await fraud.User.AskAsync(job, cancellationToken).ConfigureAwait(false);
        await PostAsync(asked, cancellationToken).ConfigureAwait(false);
        Turn(new Fault(kind), FaultCatalog.Of(kind));
        return asked;
    }

    private async Task<ulong> PostAsync(AskedJob job, CancellationToken cancellationToken)
    {
        if (warps)
        {
            RollupContract rollup = new(_network.Chain.Client, _network.Deployment.Rollup);
            RollupParameters parameters = await rollup.GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
            await _network.Chain.WarpAsync(parameters.EpochSeconds, cancellationToken).ConfigureAwait(false);
        }
        ulong index = await fraud.User.WaitForBatchAsync(job.JobId, s_patience, cancellationToken).ConfigureAwait(false);
        progress($"batch {index} is on chain");
        return index;
    }

    // Only the client holds what the sequencer promised: it convicts by itself.
    private async Task ShowPromiseAsync(ulong batch, AskedJob job, CancellationToken cancellationToken)
    {
        JobFinished finished = job.Finished ?? throw new FailureException(ExitCode.Unexpected, "no_promise", $"The client has no receipt of job {job.JobId}: {job.Refusal}");
        using AnswerChallenger client = new(
            _network.Chain.Address, _network.Deployment, [_network.Sequencer.Address], _network.Keys.User, FraudNetwork.Sending);
        progress("the client shows the contract what the sequencer promised and what it posted");
        await client.ConvictAsync(batch, new Signed<AnswerReceipt>(finished.Answer, finished.AnswerSignature), cancellationToken).ConfigureAwait(false);
    }

    private async Task FollowAsync(FaultInfo info, Address attacker, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        FraudClock clock = new(_network, _watch, info.Kind, attacker);
        while (!await TellAsync(info.Kind, cancellationToken).ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                throw new FailureException(ExitCode.Timeout, "timeout", $"Nobody was convicted of {info.Name} in {s_patience.TotalSeconds} s.");
            if (warps)
                await clock.WarpAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
        }
    }

    // Tells what is new on chain; true once it is decided and the watcher has its money.
    private async Task<bool> TellAsync(FaultKind kind, CancellationToken cancellationToken)
    {
        IReadOnlyList<(LogEntry Log, ContractEvent Event)> events = await _watch.EventsAsync(cancellationToken).ConfigureAwait(false);
        foreach ((LogEntry log, ContractEvent e) in events)
        {
            if (_told.Add((log.BlockNumber, log.LogIndex)) && FraudStory.Tell(e) is { } line)
                progress(line);
        }
        bool Said(string name) => events.Any(e => e.Event.Name == name);
        bool collected = events.Any(e => e.Event.Name == "PayoutWithdrawn" && (Address)e.Event.Values["owner"] == _network.Keys.Challenger.Address);
        return kind switch
        {
            FaultKind.LateData => Said("ChunkPublished") && collected && _network.Verifier!.VerdictOn(_batch) == Rollup.Evidence.Verdict.Valid,
            FaultKind.AnswerDiffers => Said("StakeSlashed"),
            FaultKind.RevealByStranger => events.Any(e => e.Event.Name == "DisputeSettled" && Ended(e.Event, GameState.DefenderWon)),
            FaultKind.GarbageUpstream when !events.Any(e => e.Event.Name == "DisputeSettled" && Ended(e.Event, GameState.DefenderWon)) => false,
            _ => Said("StakeSlashed") && collected && (!events.Any(e => e.Event.Name == "DisputeSettled" && IsConviction(e.Event)) || Said("BountyPaid")),
        };
    }

    private static bool IsConviction(ContractEvent e) => Ended(e, GameState.ChallengerWon);

    private static bool Ended(ContractEvent e, GameState state) => (GameState)(ulong)e.Values["state"] == state;

    // Against an honest host, or for a cheat that wants its own dispute to stand in the way of others'.
    private async Task AttackAsync(FraudAttacker attacker, FaultKind kind, CancellationToken cancellationToken)
    {
        int shard = kind == FaultKind.RevealByStranger ? 0 : fraud.ShardFaults.Count - 1;
        DisputeContext context = await attacker.OpenAsync(_batch, shard, PromptTokens - 1, cancellationToken).ConfigureAwait(false);
        if (kind != FaultKind.RevealByStranger)
            return;
        _refusal = await attacker.TryRevealAsync(context, cancellationToken).ConfigureAwait(false);
        progress(_refusal is null ? "the contract TOOK a stranger's reveal" : $"a stranger reveals a false list in the host's name; the contract refuses: {_refusal}");
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
        bool caught = IsCaught(info, slashed);
        UInt128 bounty = Sum(events, "BountyPaid", "amount") + Sum(events, "FaultProven", "bounty") + Sum(events, "BoundaryProved", "bounty")
            + Sum(events, "ChallengeConvicted", "bounty") + Sum(events, "PosterConvicted", "bounty");
        return new FraudResult(
            info.Name, caught, place.Operator, place.Layer, place.Position, place.Element,
            transactions, slashed, Sum(events, "LeafVoided", "refund"), bounty, unharmed);
    }

    private bool IsCaught(FaultInfo info, IReadOnlyList<FraudSlash> slashed)
    {
        (string Role, Address Address)? cheat = info.Kind switch
        {
            FaultKind.LateData or FaultKind.RevealByStranger => null,
            FaultKind.GarbageUpstream => ("host", _network.Keys.Operators[0].Address),
            FaultKind.SelfChallenge => ("host", _network.Keys.Operators[^1].Address),
            _ when info.Role == FaultRole.Shard => ("host", _network.Keys.Operators[^1].Address),
            _ => ("sequencer", _network.Keys.Sequencer.Address),
        };
        return cheat is { } guilty
            ? slashed.Count > 0 && slashed.All(s => (s.Role, s.Address) == guilty)
            : slashed.Count == 0 && (info.Kind != FaultKind.RevealByStranger || _refusal is not null);
    }

    private static UInt128 Sum(IEnumerable<ContractEvent> events, string name, string value) =>
        events.Where(e => e.Name == name).Aggregate(UInt128.Zero, (sum, e) => sum + (UInt128)e.Values[value]);
}

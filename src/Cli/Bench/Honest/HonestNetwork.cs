using System.Diagnostics;
using TeeTee.Cli.Devnet;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Cli.Fraud;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Bench.Honest;

/// <summary>One network of honest parties, watched by an active challenger through an endpoint that misbehaves, and what it did so far.</summary>
internal sealed class HonestNetwork : IAsyncDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_misbehaves = TimeSpan.FromSeconds(6);

    // What no contract of an honest network ever says.
    private static readonly string[] s_accusations =
    [
        "StakeSlashed", "StakeFrozen", "StakeUnfrozen", "EarningsFrozen", "EarningsUnfrozen", "EarningsForfeited", "LeafVoided", "BatchesRolledBack", "ModelSuspended",
    ];

    private readonly FraudNetwork _fraud;
    private readonly LocalNetwork _network;
    private readonly FlappingEndpoint _flapping;
    private readonly LocalUser _user;
    private readonly MoneyBook _book;
    private readonly RollupContract _rollup;
    private readonly int _seed;
    private readonly Dictionary<Address, UInt128> _earned = [];
    private IReadOnlyList<PartyMoney> _before = [];
    private RollupParameters _parameters = null!;
    private UInt128 _fees;

    private HonestNetwork(FraudNetwork network, FlappingEndpoint flapping, int seed)
    {
        (_fraud, _network, _flapping, _seed) = (network, network.Network, flapping, seed);
        _user = network.User;
        _book = new MoneyBook(_network);
        _rollup = new RollupContract(_network.Chain.Client, _network.Deployment.Rollup);
    }

    /// <summary>Starts one with a folder of its own.</summary>
    public static async Task<HonestNetwork> StartAsync(string folder, string model, int shards, int seed, Action<string> progress, CancellationToken cancellationToken)
    {
        DevnetOptions options = new() { StateFolder = folder, ModelPath = model, Shards = shards, WindowSeconds = 60, BatchSeconds = 0, EpochSeconds = 4, Port = 0 };
        FraudNetwork network = await FraudNetwork.StartAsync(options, null, progress, cancellationToken).ConfigureAwait(false);
        try
        {
            FlappingEndpoint flapping = await FlappingEndpoint.StartAsync(network.Network.Chain.Address, seed, 0, EndpointFaults.None, cancellationToken).ConfigureAwait(false);
            HonestNetwork honest = new(network, flapping, seed);
            await honest.BeginAsync(cancellationToken).ConfigureAwait(false);
            return honest;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a plan to the last payout and audits everybody.</summary>
    public async Task<HonestRow> RunAsync(HonestPlan plan, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        int lies = _flapping.Lies;
        (_flapping.Faults, _flapping.Rate) = (plan.Faults, plan.Rate);
        Random random = HonestPlan.RandomOf(_seed, plan.Run);
        AskedJob[] jobs = await Task.WhenAll(plan.Jobs.Select(job => _user.AskAsync(Prompt(job, random), cancellationToken))).ConfigureAwait(false);
        List<string> faults = [.. jobs.Where(j => j.Refusal is not null).Select(j => j.Refusal!)];
        foreach (AskedJob job in jobs.Where(j => j.Finished is not null))
            await BookAsync(job.Finished!, cancellationToken).ConfigureAwait(false);
        await SettleAsync(jobs, plan.RestartsVerifier, faults, cancellationToken).ConfigureAwait(false);
        (int disputes, UInt128 lost) = await AuditAsync(faults, cancellationToken).ConfigureAwait(false);
        ulong batches = await _rollup.GetNextIndexAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false) - 1;
        return new HonestRow(
            plan.Run, _network.Shards.Count, jobs.Length, jobs.Sum(j => j.Prompt.Count + j.Output.Count - 1), (int)batches, plan.Faults, _flapping.Lies - lies, disputes,
            lost.ToString(System.Globalization.CultureInfo.InvariantCulture), Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1), faults);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _fraud.DisposeAsync().ConfigureAwait(false);
        await _flapping.DisposeAsync().ConfigureAwait(false);
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _parameters = await _rollup.GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        await RestartVerifierAsync(cancellationToken).ConfigureAwait(false);
        await _user.GetOfferAsync(cancellationToken).ConfigureAwait(false);
        _before = await _book.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RestartVerifierAsync(CancellationToken cancellationToken)
    {
        await _network.StopVerifierAsync().ConfigureAwait(false);
        await _network.StartVerifierAsync(o => o with { ChainUrls = [_network.Chain.Address, _flapping.Address] }, cancellationToken).ConfigureAwait(false);
    }

    private JobPrompt Prompt(HonestJob job, Random random)
    {
        uint vocabulary = _network.Model.Config.VocabularySize;
        uint[] tokens = [.. Enumerable.Range(0, job.PromptTokens).Select(_ => (uint)random.Next(3, (int)vocabulary))];
        byte[] seed = new byte[Bytes32.Size];
        random.NextBytes(seed);
        Sampling sampling = job.Greedy ? Sampling.GreedyPick : new Sampling(false, BitConverter.SingleToUInt32Bits(1.25f), 0, new Bytes32(seed));
        return new JobPrompt(tokens, job.OutputTokens, [], sampling);
    }

    // What the rules of the protocol owe to whom for an answer.
    private async Task BookAsync(JobFinished finished, CancellationToken cancellationToken)
    {
        RegistryContract registry = new(_network.Chain.Client, _network.Deployment.Registry);
        List<Slot> slots = [];
        foreach (SignedShardReceipt receipt in finished.Shards)
            slots.Add((await registry.GetSlotAsync(receipt.Receipt.Slot, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!.Slot);
        AccountingTerms terms = new(_network.Keys.Sequencer.Address, _parameters.SequencerShareBps, _network.Model.Config.LayerCount);
        foreach (FeeShare share in FeeSplit.Compute(finished.Fee, slots, terms))
            _earned[share.Payee] = _earned.GetValueOrDefault(share.Payee) + share.Amount;
        _fees += finished.Fee;
    }

    private async Task SettleAsync(AskedJob[] jobs, bool restarts, List<string> faults, CancellationToken cancellationToken)
    {
        await _network.Chain.WarpAsync(_parameters.EpochSeconds, cancellationToken).ConfigureAwait(false);
        HashSet<ulong> batches = [];
        foreach (AskedJob job in jobs)
            batches.Add(await _user.WaitForBatchAsync(job.JobId, s_patience, cancellationToken).ConfigureAwait(false));
        if (restarts)
            await RestartVerifierAsync(cancellationToken).ConfigureAwait(false);
        foreach (ulong index in batches)
        {
            if (await VerdictAsync(index, cancellationToken).ConfigureAwait(false) is var verdict and not Verdict.Valid)
                faults.Add($"the verifier says {verdict} of batch {index}");
        }
        await _network.Chain.WarpAsync(_parameters.Window, cancellationToken).ConfigureAwait(false);
        await UntilAsync("everybody to be paid", async () => await PaidAsync(cancellationToken).ConfigureAwait(false) >= _fees, cancellationToken).ConfigureAwait(false);
    }

    // An endpoint that misbehaves may make the verifier wait, and nothing else; after a while it is well again, so that the run comes to its end.
    private async Task<Verdict> VerdictAsync(ulong index, CancellationToken cancellationToken)
    {
        Verdict verdict = Verdict.Unavailable;
        long started = Stopwatch.GetTimestamp();
        await UntilAsync($"a verdict on batch {index}", () =>
        {
            if (Stopwatch.GetElapsedTime(started) > s_misbehaves)
                _flapping.Rate = 0;
            verdict = _network.Verifier!.VerdictOn(index) ?? Verdict.Unavailable;
            return Task.FromResult(verdict != Verdict.Unavailable);
        }, cancellationToken).ConfigureAwait(false);
        return verdict;
    }

    private async Task<UInt128> PaidAsync(CancellationToken cancellationToken) =>
        (await new Claims(_network.Chain.Client, _network.Deployment, _network.Keys.Sequencer.Address).ReadAsync(cancellationToken).ConfigureAwait(false))
            .Aggregate(UInt128.Zero, (sum, p) => sum + p.Wei);

    private async Task<(int Disputes, UInt128 Lost)> AuditAsync(List<string> faults, CancellationToken cancellationToken)
    {
        IReadOnlyList<PartyMoney> now = await _book.ReadAsync(cancellationToken).ConfigureAwait(false);
        UInt128 lost = 0;
        foreach ((PartyMoney before, PartyMoney after) in _before.Zip(now))
        {
            UInt128 owed = _earned.GetValueOrDefault(after.Address);
            lost += Shortfall($"stake of {after.Role} {after.Address}", before.Stake, after.Stake, faults);
            lost += Shortfall($"earnings of {after.Role} {after.Address}", owed, after.Claimed, faults);
            // The sequencer pays the gas of everybody's claims; nobody else sends anything.
            if (after.Role != "sequencer")
                lost += Shortfall($"balance of {after.Role} {after.Address}", before.Balance + owed, after.Balance, faults);
        }
        AccountInfo account = await _user.Jobs.GetAccountAsync(_network.Keys.User.Address, cancellationToken).ConfigureAwait(false);
        lost += Shortfall("credit of the user", account.Spent + account.Held, _fees, faults);
        int disputes = await CountDisputesAsync(faults, cancellationToken).ConfigureAwait(false);
        return (disputes, lost);
    }

    private static UInt128 Shortfall(string what, UInt128 due, UInt128 has, List<string> faults)
    {
        if (has >= due)
            return 0;
        faults.Add($"{what}: {has} wei instead of {due}");
        return due - has;
    }

    private async Task<int> CountDisputesAsync(List<string> faults, CancellationToken cancellationToken)
    {
        Deployment d = _network.Deployment;
        Address[] quiet = [d.Rollup, d.Registry, d.Credits, d.QuoteVerifier, d.TcbRegistry!.Value];
        int disputes = 0;
        foreach (LogEntry log in await _book.LogsAsync(cancellationToken).ConfigureAwait(false))
        {
            string? name = ContractEvent.Decode(log)?.Name;
            if (quiet.Contains(log.Address) && !s_accusations.Contains(name))
                continue;
            disputes++;
            faults.Add($"{log.Address} said {name ?? "something"} in block {log.BlockNumber}");
        }
        return disputes;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await holds().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                throw new FailureException(ExitCode.Timeout, "timeout", $"Waited {s_patience.TotalSeconds} s for {what}.");
            await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
        }
    }
}

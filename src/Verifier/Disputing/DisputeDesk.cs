using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Evidence;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Judging;
using TeeTee.Verifier.Storage;

namespace TeeTee.Verifier.Disputing;

/// <summary>Disputes by hand: the single steps that an active verifier makes by itself, on the same evidence and the same record of salts.</summary>
public sealed class DisputeDesk : IDisposable
{
    private const ulong MostListed = 1_000;

    private readonly VerifierOptions _options;
    private readonly BatchVerification _verification;
    private readonly GameReader _reader;
    private readonly CaseSource _cases;
    private readonly RecordStore _records;
    private readonly ChallengerMetrics _metrics = new();
    private readonly OwnComputations _computations;
    private readonly ChallengerAccount? _account;
    private readonly ComputeDispute? _disputes;

    private DisputeDesk(VerifierOptions options, BatchVerification verification, ILogger log, TimeProvider clock)
    {
        (_options, _verification) = (options, verification);
        _reader = new GameReader(verification.Newest, options.Deployment);
        _cases = new CaseSource(options.EvidenceFolder ?? "");
        _records = new RecordStore(options.Challenger.RecordFile, options.Deployment);
        _computations = new OwnComputations(new OwnComputer(verification, options.Deployment.Domain()));
        if (options.Challenger.Key is null)
            return;
        _account = new ChallengerAccount(verification.Endpoints, options.Deployment, options.Challenger, _records, _metrics, clock);
        _disputes = new ComputeDispute(_reader, _account, _records, _computations, _cases, _metrics, clock, log);
    }

    /// <summary>Opens a desk; without a key it only shows.</summary>
    /// <exception cref="FailureException">As <see cref="BatchVerification.OpenAsync"/>.</exception>
    public static async Task<DisputeDesk> OpenAsync(VerifierOptions options, ILogger? log, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DisputeDesk(options, await BatchVerification.OpenAsync(options, clock, cancellationToken), log ?? NullLogger.Instance, clock);
    }

    /// <summary>The newest disputes, at most 1,000, the newest first.</summary>
    /// <exception cref="FailureException"><c>no_dispute_module</c> or <c>chain_unreachable</c>.</exception>
    public Task<IReadOnlyList<GameDispute>> ListAsync(Address? accused, CancellationToken cancellationToken) => GuardAsync<IReadOnlyList<GameDispute>>(async () =>
    {
        GameSite site = await SiteAsync(cancellationToken);
        ulong count = await _reader.AgreeAsync(site, (game, at) => game.CountAsync(at, cancellationToken), "the number of disputes", c => $"{c}");
        List<GameDispute> listed = [];
        for (ulong id = count; id > 0 && count - id < MostListed; id--)
        {
            GameDispute dispute = await _reader.DisputeAsync(site, id, cancellationToken);
            if (accused is null || dispute.Operator == accused)
                listed.Add(dispute);
        }

        return listed;
    });

    /// <summary>One dispute.</summary>
    /// <exception cref="FailureException"><c>no_such_dispute</c>, <c>no_dispute_module</c> or <c>chain_unreachable</c>.</exception>
    public Task<DisputeInfo> ShowAsync(ulong id, CancellationToken cancellationToken) => GuardAsync(async () =>
        await InfoAsync(await SiteAsync(cancellationToken), id, cancellationToken));

    /// <summary>Judges a batch and opens the dispute that its evidence calls for at a leaf; gives the one that is open already, if one is.</summary>
    /// <param name="batchIndex">The batch.</param>
    /// <param name="leaf">The leaf; the first that differs when null.</param>
    /// <exception cref="FailureException"><c>not_invalid</c>: nothing is wrong with it; <c>not_opened</c> with the cause; or as <see cref="ShowAsync"/>.</exception>
    public Task<DisputeInfo> OpenAsync(ulong batchIndex, uint? leaf, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        (BatchVerdict verdict, IReadOnlyDictionary<Bytes32, byte[]> chunks) = await _verification.JudgeAsync(batchIndex, cancellationToken);
        new EvidenceStore(_options.EvidenceFolder).Record(verdict, chunks);
        DisputeCase? found = verdict.Verdict == Verdict.Invalid ? _cases.Find(batchIndex, verdict.BatchHash) : null;
        DisputeTarget target = found is null
            ? throw new FailureException(ExitCode.Refused, "not_invalid", $"Batch {batchIndex} is {verdict.Verdict}: {verdict.Detail}")
            : Accusations.OfComputation(found).FirstOrDefault(t => leaf is null || t.Leaf == leaf)
                ?? throw new FailureException(ExitCode.Refused, "not_invalid", $"No computation differs{(leaf is null ? "" : $" in leaf {leaf}")}: {verdict.Detail}");
        GameSite site = await SiteAsync(cancellationToken);
        string? obstacle = await Disputes.OpenAsync(site, found, target, cancellationToken);
        GameSite after = await SiteAsync(cancellationToken);
        ulong id = await _reader.FindAsync(after, target, _account!.Address, cancellationToken);
        return id == 0
            ? throw new FailureException(ExitCode.Refused, "not_opened", obstacle ?? $"{target} was not opened; the batch can no longer be accused, or a node disagrees.")
            : await InfoAsync(after, id, cancellationToken);
    });

    /// <summary>Makes the move of an own dispute that is the challenger's now: the selection after a reveal, the proof after an answer.</summary>
    /// <exception cref="FailureException"><c>no_record</c>: its salt is not here; or as <see cref="ShowAsync"/>.</exception>
    public Task<DisputeInfo> ProveAsync(ulong id, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        GameSite site = await SiteAsync(cancellationToken);
        DisputeInfo info = await InfoAsync(site, id, cancellationToken);
        DisputeRecord record = _records.Find(info.Target)
            ?? throw new FailureException(ExitCode.Refused, "no_record", $"The salt of dispute {id} is not in {_options.Challenger.RecordFile}.");
        await Disputes.MoveAsync(site, record, cancellationToken);
        return await InfoAsync(await SiteAsync(cancellationToken), id, cancellationToken);
    });

    /// <summary>Settles a dispute whose time is up, pays a bounty that is due, and withdraws what the contracts owe this account.</summary>
    /// <exception cref="FailureException">As <see cref="ShowAsync"/>.</exception>
    public Task<DisputeInfo> ResolveAsync(ulong id, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        GameSite site = await SiteAsync(cancellationToken);
        DisputeInfo info = await InfoAsync(site, id, cancellationToken);
        ChallengerAccount account = _account ?? throw NoKey();
        if (info.Dispute.State == GameState.Moot || info.Dispute.IsOpen && site.Now >= info.Dispute.Deadline)
            await account.SendAsync("timeout", site.Game, account.Game(site.Game).Timeout(id), 0, finishes: true, cancellationToken);
        if (info.Dispute.State == GameState.ChallengerWon && info.Case.Bounty > 0 && site.Now >= info.Case.BountyPayableAt)
            await account.SendAsync("pay-bounty", site.Game, account.Game(site.Game).PayBounty(id), 0, finishes: true, cancellationToken);
        site = await SiteAsync(cancellationToken);
        if (await _reader.AgreeAsync(site, (game, at) => game.GetPayoutAsync(account.Address, at, cancellationToken), "a payout", w => $"{w}") > 0)
            await account.SendAsync("withdraw", site.Game, account.Game(site.Game).WithdrawPayout(account.Address), 0, finishes: true, cancellationToken);
        return await InfoAsync(await SiteAsync(cancellationToken), id, cancellationToken);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _computations.Dispose();
        _account?.Dispose();
        _metrics.Dispose();
        _verification.Dispose();
    }

    private ComputeDispute Disputes => _disputes ?? throw NoKey();

    private static FailureException NoKey() => new(ExitCode.Configuration, "no_key", "This takes the key of an account (--key-file).");

    private async Task<GameSite> SiteAsync(CancellationToken cancellationToken) => await _reader.ReadAsync(cancellationToken)
        ?? throw new FailureException(ExitCode.Configuration, "no_dispute_module", $"{_options.Deployment.Rollup} has no dispute game.");

    private async Task<DisputeInfo> InfoAsync(GameSite site, ulong id, CancellationToken cancellationToken)
    {
        GameDispute dispute = await _reader.DisputeAsync(site, id, cancellationToken);
        if (dispute.State == GameState.None || await _reader.OpenedAsync(site, id, cancellationToken) is not { } opened)
            throw new FailureException(ExitCode.Unavailable, "no_such_dispute", $"{site.Game} has no dispute {id}.");
        DisputeContext context = opened.Context;
        DisputeTarget target = new(context.BatchIndex, context.BatchHash, context.Leaf, context.Shard, context.Position);
        GameCase state = await _reader.CaseAsync(site, dispute.CaseKey, cancellationToken);
        if (dispute.Entry.IsZero)
            return new DisputeInfo(dispute, target, context.Slot, null, null, state);
        OperatorPlace place = context.Layout().PlaceOf((int)dispute.Group, (int)dispute.Index);
        return new DisputeInfo(dispute, target, context.Slot, place.Operator.ToString(), place.Layer < 0 ? null : place.Layer, state);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (JudgementException fault)
        {
            throw new FailureException(ExitCode.Unreachable, "chain_unreachable", fault.Message, fault);
        }
    }
}

using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// One own dispute about a computation, from its opening to its money. Stateless but for the record of salts: every move follows from the chain and
/// from computing again, so that a process that was killed anywhere goes on with the move that is owed.
/// </summary>
internal sealed class ComputeDispute(
    GameReader reader, ChallengerAccount account, RecordStore records, OwnComputations computations, CaseSource cases, ChallengerMetrics metrics,
    TimeProvider clock, ILogger log)
{
    private readonly HashSet<DisputeTarget> _notWrong = [];

    /// <summary>Opens a dispute at a target unless there is one, or the target turns out to be canonical.</summary>
    /// <returns>Why nothing was opened that should have been; null otherwise.</returns>
    public async Task<string?> OpenAsync(GameSite site, DisputeCase found, DisputeTarget target, CancellationToken cancellationToken)
    {
        if (_notWrong.Contains(target))
            return null;
        ulong known = await reader.FindAsync(site, target, account.Address, cancellationToken);
        if (known != 0)
        {
            return records.Find(target) is null && (await reader.DisputeAsync(site, known, cancellationToken)).IsOpen
                ? $"dispute {known} was opened by this account, but its salt is not in the record"
                : null;
        }

        GameCase before = await reader.CaseAsync(site, DisputeGameContract.CaseKey(target.BatchHash, target.Leaf, target.Shard), cancellationToken);
        if (before.ConvictedBy != 0 || !await reader.CanAccuseAsync(site, found.Posting, cancellationToken))
            return null;
        IReadOnlyList<Slot> slots = await reader.SlotsAsync(site, found.Data!.Leaves[(int)target.Leaf], cancellationToken);
        if (await computations.GetAsync(found, target, slots, cancellationToken) is not { } own)
            return $"{target} cannot be computed here: the job is unread, or its model is not held or not disputable";
        // Whose user gave no grant to this account cannot be opened by it; and a salt that differs shows only after the answer.
        if (own.Context.IsSealed)
            return $"{target} is of a sealed job: only its user, or who has the user's grant, can open a dispute, which this version does not do by itself";
        if (own.IsAsPublished || !own.HasCanonicalPast)
        {
            _notWrong.Add(target);
            ChallengerLog.NotWrong(log, own.Context.Operator, target);
            return own.IsAsPublished ? null : $"{target} does not follow from canonical inputs";
        }

        return await SendOpenAsync(found, target, own, cancellationToken);
    }

    /// <summary>Makes the move that is owed now, if one is.</summary>
    public async Task MoveAsync(GameSite site, DisputeRecord record, CancellationToken cancellationToken)
    {
        DisputeTarget target = record.Target;
        ulong id = await reader.FindAsync(site, target, account.Address, cancellationToken);
        if (id == 0)
            return;
        GameDispute dispute = await reader.DisputeAsync(site, id, cancellationToken);
        switch (dispute.State)
        {
            case GameState.Opened or GameState.Selected when site.Now >= dispute.Deadline:
                await SendAsync("timeout", site.Game, game => game.Timeout(id), cancellationToken);
                break;
            case GameState.Revealed:
                await SelectAsync(site, record, dispute, cancellationToken);
                break;
            case GameState.Answered:
                await ProveAsync(site, record, dispute, cancellationToken);
                break;
            case GameState.Moot:
                await SettleMootAsync(site, record, dispute, cancellationToken);
                break;
            case GameState.ChallengerWon:
                await PayAsync(site, record, dispute, cancellationToken);
                break;
            case GameState.DefenderWon or GameState.Void:
                End(record, dispute);
                break;
        }
    }

    private async Task<string?> SendOpenAsync(DisputeCase found, DisputeTarget target, OwnComputation own, CancellationToken cancellationToken)
    {
        Bytes32 root = own.List.Entries.Root;
        DisputeRecord record = records.Find(target) ?? new DisputeRecord(target, new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size)), root, Now());
        if (record.ListRoot != root)
            return $"this machine computed {record.ListRoot} for {target} before and {root} now: it must not accuse anybody";
        records.Add(record);

        // Everything that the decision rests on once more, at what is the newest block by now.
        if (await reader.ReadAsync(cancellationToken) is not { } newest || !await reader.CanAccuseAsync(newest, found.Posting, cancellationToken))
            return null;
        UInt128 bond = await reader.AgreeAsync(
            newest, (game, at) => game.GetBondAsync(own.Context.Operator, at, cancellationToken), "the bond", b => $"{b}");
        ChallengerLog.Opening(log, target, own.Context.Operator, bond);
        BatchLeaf leaf = found.Data!.Leaves[(int)target.Leaf];
        SendResult result = await account.SendAsync(
            "open", newest.Game,
            Game(newest).Open(
                found.Posting.Header, target.Leaf, leaf.Receipt, [.. found.Data.ProveReceipt((int)target.Leaf)],
                new OpenItems(leaf.Request, leaf.Shards[(int)target.Shard].Receipt), own.Context, own.List.Entries.Commitment(account.Address, record.Salt)),
            bond, finishes: false, cancellationToken);
        Report("open", result);
        if (result.IsDone)
            account.BondsAtRisk += bond;
        return result.End is SendEnd.Held or SendEnd.WouldFail or SendEnd.Failed ? $"{target}: {result.Cause}" : null;
    }

    private async Task SelectAsync(GameSite site, DisputeRecord record, GameDispute dispute, CancellationToken cancellationToken)
    {
        if (cases.Find(record.Target.BatchIndex, record.Target.BatchHash) is not { } found
            || await OwnAsync(site, record, cancellationToken) is not { } own
            || await reader.RevealedAsync(site, dispute.PositionKey, found.Posting.BlockNumber, cancellationToken) is not { } revealed)
            return;
        if (own.Context.Shard > 0 && revealed.Opening.HInRoot != own.OwnOpening.HInRoot)
        {
            await ProveBoundaryAsync(site, record, dispute, revealed, cancellationToken);
            return;
        }

        if (own.List.Entries.FirstDifference(revealed.Entries) is not { } place)
            return;
        await SendAsync(
            "select", site.Game,
            game => game.Select(
                dispute.Id, own.Context, place, revealed.Entries.Prove(place), Before(own, revealed.Entries, place), Opening(own, record, place)),
            cancellationToken);
    }

    private async Task ProveAsync(GameSite site, DisputeRecord record, GameDispute dispute, CancellationToken cancellationToken)
    {
        if (cases.Find(record.Target.BatchIndex, record.Target.BatchHash) is not { } found
            || await OwnAsync(site, record, cancellationToken) is not { } own
            || await reader.RevealedAsync(site, dispute.PositionKey, found.Posting.BlockNumber, cancellationToken) is not { } revealed
            || await reader.AnswerAsync(site, dispute.Id, found.Posting.BlockNumber, cancellationToken) is not { } answer)
            return;
        EntryPlace place = new((int)dispute.Group, (int)dispute.Index);
        if (StepFinder.Find(own.List, place, answer) is not { } unit)
        {
            ChallengerLog.NotSent(log, "prove", SendEnd.WouldFail, $"the answer to dispute {dispute.Id} has no unit that differs");
            return;
        }

        WitnessBuilder builder = new(own.Context, own.List, revealed.Entries, own.Sources);
        byte[] witness = builder.Build(place, answer, unit);
        StepResult judged = StepVerifier.Judge(builder.Claim(place), unit.Element, unit.Part, witness);
        if (judged.Verdict != StepVerdict.Wrong)
        {
            ChallengerLog.NotSent(log, "prove", SendEnd.WouldFail, $"the own step verifier says {judged}");
            return;
        }

        await SendAsync("prove", site.Game, game => game.Prove(dispute.Id, own.Context, unit.Element, unit.Part, witness), cancellationToken);
    }

    // The shard says to have received another vector than the canonical one, which the shard above has signed to have sent: the poster saw both.
    private async Task ProveBoundaryAsync(GameSite site, DisputeRecord record, GameDispute dispute, RevealedList revealed, CancellationToken cancellationToken)
    {
        DisputeCase found = cases.Find(record.Target.BatchIndex, record.Target.BatchHash)!;
        DisputeTarget above = record.Target with { Shard = record.Target.Shard - 1 };
        BatchLeaf leaf = found.Data!.Leaves[(int)above.Leaf];
        IReadOnlyList<Slot> slots = await reader.SlotsAsync(site, leaf, cancellationToken);
        if (await OwnAsync(site, record, cancellationToken) is not { } own || await computations.GetAsync(found, above, slots, cancellationToken) is not { } upper)
            return;
        await SendAsync(
            "prove-boundary", site.Game,
            game => game.ProveBoundary(
                dispute.Id, own.Context, revealed.Opening, leaf.Receipt, leaf.Shards[(int)above.Shard].Receipt, upper.OwnOpening),
            cancellationToken);
    }

    private async Task SettleMootAsync(GameSite site, DisputeRecord record, GameDispute dispute, CancellationToken cancellationToken)
    {
        GameCase state = await reader.CaseAsync(site, dispute.CaseKey, cancellationToken);
        if (state.Winner == dispute.Id && state.Bounty > 0)
        {
            await PayAsync(site, record, dispute, cancellationToken);
            return;
        }

        // Who opened later may have copied everything after the reveal: the bounty is the earlier one's that had the list before.
        if (dispute.Id < state.Winner && state.Bounty > 0 && site.Now < state.BountyPayableAt
            && await TakeOverAsync(site, record, dispute, state.Winner, cancellationToken))
            return;
        SendResult result = await SendAsync("settle", site.Game, game => game.Timeout(dispute.Id), cancellationToken);
        // Once settled the same call reverts, and nothing is owed any more.
        if (result.End is SendEnd.Done or SendEnd.WouldFail)
            End(record, dispute);
    }

    private async Task<bool> TakeOverAsync(GameSite site, DisputeRecord record, GameDispute dispute, ulong winner, CancellationToken cancellationToken)
    {
        GameDispute other = await reader.DisputeAsync(site, winner, cancellationToken);
        if (other.PositionKey != dispute.PositionKey || other.Entry.IsZero
            || cases.Find(record.Target.BatchIndex, record.Target.BatchHash) is not { } found
            || await OwnAsync(site, record, cancellationToken) is not { } own
            || await reader.RevealedAsync(site, dispute.PositionKey, found.Posting.BlockNumber, cancellationToken) is not { } revealed)
            return false;
        EntryPlace place = new((int)other.Group, (int)other.Index);
        if (own.List.Entries.FirstDifference(revealed.Entries) != place)
            return false;
        SendResult result = await SendAsync(
            "take-over", site.Game,
            game => game.TakeOver(
                dispute.Id, own.Context, revealed.Entries.Prove(place), Before(own, revealed.Entries, place), Opening(own, record, place)),
            cancellationToken);
        return result.End is SendEnd.Done or SendEnd.Unknown;
    }

    private async Task PayAsync(GameSite site, DisputeRecord record, GameDispute dispute, CancellationToken cancellationToken)
    {
        GameCase state = await reader.CaseAsync(site, dispute.CaseKey, cancellationToken);
        if (state.Winner != dispute.Id || state.Bounty == 0)
            End(record, dispute);
        else if (site.Now >= state.BountyPayableAt)
            await SendAsync("pay-bounty", site.Game, game => game.PayBounty(dispute.Id), cancellationToken);
    }

    private async Task<OwnComputation?> OwnAsync(GameSite site, DisputeRecord record, CancellationToken cancellationToken)
    {
        if (cases.Find(record.Target.BatchIndex, record.Target.BatchHash) is not { Data: { } data } found)
            return null;
        IReadOnlyList<Slot> slots = await reader.SlotsAsync(site, data.Leaves[(int)record.Target.Leaf], cancellationToken);
        OwnComputation? own = await computations.GetAsync(found, record.Target, slots, cancellationToken);
        return own?.List.Entries.Root == record.ListRoot ? own : null;
    }

    private async Task<SendResult> SendAsync(string purpose, Address game, Func<DisputeGameContract, byte[]> data, CancellationToken cancellationToken)
    {
        SendResult result = await account.SendAsync(purpose, game, data(account.Game(game)), 0, finishes: true, cancellationToken);
        Report(purpose, result);
        return result;
    }

    private DisputeGameContract Game(GameSite site) => account.Game(site.Game);

    private static EntryOpening Before(OwnComputation own, OperatorEntries entries, EntryPlace place) =>
        own.List.Layout.Before(place) is { } before ? entries.Prove(before) : EntryOpening.Empty;

    private static OwnListOpening Opening(OwnComputation own, DisputeRecord record, EntryPlace place) => new(
        record.Salt, own.List.Entries.GroupRoots, own.List.Entries.Prove(place), Before(own, own.List.Entries, place));

    private void End(DisputeRecord record, GameDispute dispute)
    {
        ChallengerLog.Settled(log, dispute.Id, record.Target, dispute.State.ToString());
        metrics.Settled(dispute.State.ToString());
        computations.Drop(record.Target);
        records.Remove(record.Target);
    }

    private void Report(string purpose, SendResult result)
    {
        if (result.IsDone)
            ChallengerLog.Sent(log, purpose, result.Receipt!.TransactionHash);
        else
            ChallengerLog.NotSent(log, purpose, result.End, result.Cause);
    }

    private ulong Now() => (ulong)clock.GetUtcNow().ToUnixTimeSeconds();
}

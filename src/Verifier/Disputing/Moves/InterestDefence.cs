using Microsoft.Extensions.Logging;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// Defends operators against disputes about what they computed rightly: where the inputs are canonical, the honest list is a public computation, so whoever the
/// operator named as defender can reveal it. What is wrong is not defended.
/// </summary>
internal sealed class InterestDefence(
    BatchVerification verification, GameReader reader, ChallengerAccount account, OwnComputations computations, ChallengerOptions options, ILogger log)
{
    private const ulong MostRead = 256;

    // Entries of one transaction: its call data stays below 32 kB.
    private const int MostEntries = 900;

    private readonly Dictionary<Bytes32, DisputeCase?> _cases = [];

    /// <summary>Makes every move that is owed for an interest now.</summary>
    public async Task DefendAsync(GameSite site, Func<Func<Task>, Task> guard, CancellationToken cancellationToken)
    {
        foreach (Address operatorAddress in options.Interests)
        {
            IReadOnlyList<ulong> ids = await reader.AgreeAsync(
                site, (game, at) => game.GetUnsettledAsync(operatorAddress, 0, MostRead, at, cancellationToken), "open disputes", l => string.Join(',', l));
            foreach (ulong id in ids)
                await guard(() => MoveAsync(site, id, cancellationToken));
        }
    }

    private async Task MoveAsync(GameSite site, ulong id, CancellationToken cancellationToken)
    {
        GameDispute dispute = await reader.DisputeAsync(site, id, cancellationToken);
        if (dispute.Challenger == account.Address || !dispute.IsOpen)
            return;
        if (dispute.State is GameState.Revealed or GameState.Answered)
        {
            // The other side's silence wins its bond.
            if (site.Now >= dispute.Deadline)
                await SendAsync("acquit", site, account.Game(site.Game).Timeout(id), cancellationToken);
            return;
        }

        if (site.Now >= dispute.Deadline || await reader.OpenedAsync(site, id, cancellationToken) is not { } opened || opened.Context.IsSealed
            || opened.Context.Hash() != dispute.ContextHash)
            return;
        if (await ComputeAsync(site, opened.Context, cancellationToken) is not { IsAsPublished: true, HasCanonicalPast: true } own)
            return;
        if (dispute.State == GameState.Selected)
            await SendAsync("answer", site, account.Game(site.Game).Answer(id, own.Context, own.List.AnswerContent((int)dispute.Group, (int)dispute.Index)), cancellationToken);
        else if (await reader.AgreeAsync(site, (game, at) => game.IsDefenderAsync(dispute.Operator, account.Address, at, cancellationToken), "a defender", d => $"{d}")
            || dispute.Operator == account.Address)
            await RevealAsync(site, dispute, own, cancellationToken);
    }

    private async Task RevealAsync(GameSite site, GameDispute dispute, OwnComputation own, CancellationToken cancellationToken)
    {
        GameReveal state = await reader.AgreeAsync(
            site, (game, at) => game.GetRevealAsync(dispute.PositionKey, at, cancellationToken), "a reveal", r => $"{r.IsComplete} {string.Join(',', r.GroupRoots)}");
        IReadOnlyList<IReadOnlyList<Bytes32>> groups = own.List.Entries.Groups;
        int first = state.GroupRoots.Count;
        if (state.IsComplete || first == groups.Count)
            return;
        int count = 1;
        while (first + count < groups.Count && groups.Skip(first).Take(count + 1).Sum(g => g.Count) <= MostEntries)
            count++;
        bool hasHead = own.List.Outputs.Final is not null && first + count == groups.Count;
        byte[] pick = hasHead ? own.List.AnswerContent(groups.Count - 1, groups[^1].Count - 1) : [];
        byte[] call = account.Game(site.Game).Reveal(
            own.Context, own.OwnOpening, (uint)first, [.. groups.Skip(first).Take(count)], hasHead ? own.NextTokenPage : null, pick);
        await SendAsync("reveal", site, call, cancellationToken);
    }

    private async Task<OwnComputation?> ComputeAsync(GameSite site, DisputeContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(context, cancellationToken) is not { Data: { } data } found || context.Leaf >= (uint)data.Leaves.Length)
            return null;
        DisputeTarget target = new(context.BatchIndex, context.BatchHash, context.Leaf, context.Shard, context.Position);
        IReadOnlyList<Slot> slots = await reader.SlotsAsync(site, data.Leaves[(int)context.Leaf], cancellationToken);
        OwnComputation? own = await computations.GetAsync(found, target, slots, cancellationToken);
        return own?.Context.Hash() == context.Hash() ? own : null;
    }

    private async Task<DisputeCase?> FindAsync(DisputeContext context, CancellationToken cancellationToken)
    {
        if (_cases.TryGetValue(context.BatchHash, out DisputeCase? known))
            return known;
        BatchPosting posting = await verification.Postings.ReadAsync(context.BatchIndex, await verification.Quorum.PinAsync(cancellationToken), cancellationToken);
        if (posting.BatchHash != context.BatchHash)
            return null;
        FetchedBatch fetched = await verification.Fetcher.FetchAsync(posting.BatchHash, posting.Header, cancellationToken);
        BatchData? data = fetched.Manifest is null ? null : BatchDataReader.Read(posting.Header, fetched.Manifest, fetched.Content).Data;
        return data is null ? null : _cases[context.BatchHash] = new DisputeCase(null!, posting, fetched.Manifest!, fetched.Chunks, data);
    }

    private async Task SendAsync(string purpose, GameSite site, byte[] call, CancellationToken cancellationToken)
    {
        SendResult result = await account.SendAsync(purpose, site.Game, call, 0, finishes: true, cancellationToken);
        if (result.IsDone)
            ChallengerLog.Sent(log, purpose, result.Receipt!.TransactionHash);
        else
            ChallengerLog.NotSent(log, purpose, result.End, result.Cause);
    }
}

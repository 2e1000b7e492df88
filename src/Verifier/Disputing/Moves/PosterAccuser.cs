using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// Acts on what only the poster can be blamed for: broken rules, by the one transaction that proves each; bad quotes and missing data, by challenges
/// that only a good answer ends.
/// </summary>
internal sealed class PosterAccuser(
    BatchVerification verification, GameReader reader, ChallengerAccount account, RecordStore records, PublishedData published, ChallengerMetrics metrics, ILogger log)
{
    /// <summary>Accuses the poster of what the rules found.</summary>
    /// <returns>Why nothing was done that should have been; null otherwise.</returns>
    public async Task<string?> AccuseAsync(GameSite site, DisputeCase found, CancellationToken cancellationToken)
    {
        if (found.Verdict.Evidence.Findings.IsEmpty || !await reader.CanAccuseAsync(site, found.Posting, cancellationToken))
            return null;
        if (found.Data is not { } data)
            return await AccuseUnreadableAsync(site, found, cancellationToken);
        BatchContext context = await verification.ContextOfAsync(found.Posting, data, cancellationToken);
        PostedBatchRef posted = new(found.Posting.Index, found.BatchHash, found.Posting.Header);
        Dictionary<Bytes32, DisputeModel?> models = await ModelsAsync(data, cancellationToken);
        FaultRemedies remedies = new(posted, data, context, id => models.GetValueOrDefault(id));
        string? obstacle = null;
        bool acted = false;
        foreach ((BatchFinding finding, FaultRemedy remedy) in found.Verdict.Evidence.Findings.Select(f => (Finding: f, Remedy: remedies.For(f))).OrderBy(p => Order(p.Remedy)))
        {
            // Every finding has its turn: what costs the poster little must not shelter what rolls the batch back.
            (bool done, string? cause) = await ApplyAsync(site, found, data, finding, remedy, cancellationToken);
            acted |= done;
            obstacle ??= cause;
        }

        return acted ? null : obstacle;
    }

    /// <summary>Whether something was published on chain since that is not what the finding rests on, so that the batch has to be judged again.</summary>
    public async Task<bool> HasNewsAsync(GameSite site, DisputeCase found, CancellationToken cancellationToken)
    {
        if (found.Verdict.Evidence.Findings.IsEmpty)
            return false;
        await published.ReadAsync(reader, site, found.Posting, verification.Fetcher, cancellationToken);
        FetchedBatch known = new(found.Manifest, found.Chunks, "");
        return !ReferenceEquals(published.Overlay(found.BatchHash, known), known);
    }

    // Data that is served and does not decode: a receipt convicts by itself; what stands behind the others is demanded, and silence convicts.
    private async Task<string?> AccuseUnreadableAsync(GameSite site, DisputeCase found, CancellationToken cancellationToken)
    {
        PostedBatchRef posted = new(found.Posting.Index, found.BatchHash, found.Posting.Header);
        IReadOnlyList<byte[]> receipts = MalformedItems.Receipts(found);
        string? obstacle = null;
        foreach (int leaf in MalformedItems.BadReceipts(found))
        {
            (bool done, string? cause) = await ConvictAsync(site, found, FaultProofs.MalformedLeaf(posted, leaf, receipts), cancellationToken);
            if (!done)
                obstacle = await DemandAsync(site, found.Posting, null, [new ChunkPlace((uint)leaf, DataKind.QueryReceipt, 0, 0)], cancellationToken) is { } still ? $"{cause}; {still}" : null;
        }

        IReadOnlyList<ChunkPlace> places = [.. MalformedItems.BadItems(found)];
        BatchData? leaves = published.Leaves(found.Posting, receipts);
        string? other = places.Count == 0 ? null : await DemandAsync(site, found.Posting, leaves, places, cancellationToken);
        return obstacle ?? other;
    }

    /// <summary>Demands data that nobody serves.</summary>
    public async Task<string?> DemandMissingAsync(GameSite site, BatchVerdict verdict, CancellationToken cancellationToken)
    {
        if (verdict.Posting is not { } posting || !await reader.CanAccuseAsync(site, posting, cancellationToken))
            return null;
        await published.ReadAsync(reader, site, posting, verification.Fetcher, cancellationToken);
        if (published.IsComplete(posting))
            return null;
        IReadOnlyList<ChunkPlace> places = published.Missing(posting, verdict);
        ChallengerLog.Demanding(log, places.Count, posting.Index);
        return await DemandAsync(site, posting, published.Leaves(posting), places, cancellationToken);
    }

    /// <summary>Settles own challenges whose time is up and forgets those that are closed.</summary>
    public async Task SettleAsync(GameSite site, ChallengeRecord record, CancellationToken cancellationToken)
    {
        (ChallengeState state, ulong deadline, bool fallen) = await StateAsync(site, record, cancellationToken);
        if (state != ChallengeState.Open)
        {
            metrics.Settled($"{record.Kind} {state}");
            records.Remove(record);
        }
        else if (site.Now >= deadline || fallen)
        {
            byte[] data = record.Kind == DisputeKind.QuoteChallenges ? account.Quotes(Of(site, record.Kind)).Timeout(record.Id) : account.Data(Of(site, record.Kind)).Timeout(record.Id);
            Report("challenge-timeout", await account.SendAsync("challenge-timeout", Of(site, record.Kind), data, 0, finishes: true, cancellationToken));
        }
    }

    // True where the batch or leaf is dealt with: one conviction is enough.
    private async Task<(bool IsEnough, string? Obstacle)> ApplyAsync(
        GameSite site, DisputeCase found, BatchData data, BatchFinding finding, FaultRemedy remedy, CancellationToken cancellationToken)
    {
        switch (remedy)
        {
            case OneTransactionRemedy one:
                return await ConvictAsync(site, found, one.Proof, cancellationToken);
            case QuoteChallengeRemedy quote:
                string? cause = await ChallengeQuoteAsync(site, found.Posting, quote.QuoteIndex, cancellationToken);
                return (cause is null, cause);
            case DataChallengeRemedy demand:
                cause = await DemandAsync(site, found.Posting, data, demand.Places, cancellationToken);
                return (cause is null, cause);
            case NoRemedy none:
                return (false, $"{finding.LeafFinding?.Fault.ToString() ?? finding.Fault.ToString()}: {none.Reason}");
            default:
                return (false, $"unknown remedy {remedy}");
        }
    }

    private async Task<(bool, string?)> ConvictAsync(GameSite site, DisputeCase found, FaultProof proof, CancellationToken cancellationToken)
    {
        Address address = Of(site, DisputeKind.SequencerFaults);
        // The convictions before may have taken the batch off the chain by now.
        if (await reader.ReadAsync(cancellationToken) is not { } newest || !await reader.CanAccuseAsync(newest, found.Posting, cancellationToken))
            return (true, null);
        SendResult result = await account.SendAsync("convict", address, account.Faults(address).Convict(proof), 0, finishes: false, cancellationToken);
        // One conviction of a leaf is enough, unless this one also takes the batch off the chain: then the contract takes it too.
        if (result.End == SendEnd.WouldFail && result.Cause.Contains("SequencerFaults_AlreadyConvicted", StringComparison.Ordinal))
            return (true, null);
        Report($"convict {proof.Function}", result);
        return (result.IsDone, result.End is SendEnd.Unknown or SendEnd.Done ? null : $"{proof.Function}: {result.Cause}");
    }

    private async Task<string?> ChallengeQuoteAsync(GameSite site, BatchPosting posting, uint quote, CancellationToken cancellationToken)
    {
        Address address = Of(site, DisputeKind.QuoteChallenges);
        Task<ulong> Find(GameSite at) => reader.AgreeOnAsync(
            e => new QuoteChallengesContract(e.Client, address).FindAsync(posting.BatchHash, quote, at.At, cancellationToken), "a quote challenge", id => $"{id}");
        if (await Find(site) is var known and not 0)
        {
            await NoteAsync(site, DisputeKind.QuoteChallenges, known, cancellationToken);
            return null;
        }

        UInt128 bond = await reader.AgreeOnAsync(e => new QuoteChallengesContract(e.Client, address).GetBondAsync(site.At, cancellationToken), "the bond", b => $"{b}");
        SendResult result = await account.SendAsync(
            "challenge-quote", address, account.Quotes(address).ChallengeQuote(posting.Index, posting.BatchHash, posting.Header, quote), bond, finishes: false, cancellationToken);
        Report("challenge-quote", result);
        return result.IsDone || result.End == SendEnd.Unknown ? null : result.Cause;
    }

    private async Task<string?> DemandAsync(
        GameSite site, BatchPosting posting, BatchData? data, IReadOnlyList<ChunkPlace> places, CancellationToken cancellationToken)
    {
        Address address = Of(site, DisputeKind.DataChallenges);
        PostedBatchRef posted = new(posting.Index, posting.BatchHash, posting.Header);
        string? obstacle = null;
        foreach (ChunkPlace place in places)
        {
            ulong known = await reader.AgreeOnAsync(
                e => new DataChallengesContract(e.Client, address).FindAsync(posting.BatchHash, place, site.At, cancellationToken), "a data challenge", id => $"{id}");
            if (known != 0)
            {
                await NoteAsync(site, DisputeKind.DataChallenges, known, cancellationToken);
                continue;
            }

            LeafOpening? leaf = place.Kind is DataKind.QueryReceipt or DataKind.Quote || data is null ? null : LeafOpening.Of(data, (int)place.Leaf);
            if (leaf is null && place.Kind is not (DataKind.QueryReceipt or DataKind.Quote))
                continue;
            UInt128 bond = await reader.AgreeOnAsync(
                e => new DataChallengesContract(e.Client, address).GetBondAsync(posting.Poster, BlockTag.Latest, cancellationToken), "the bond", b => $"{b}");
            SendResult result = await account.SendAsync(
                "challenge-data", address, account.Data(address).Challenge(posted, place, leaf), bond, finishes: false, cancellationToken);
            Report("challenge-data", result);
            if (!result.IsDone)
                obstacle ??= result.Cause;
        }

        return obstacle;
    }

    // Only own challenges are followed; what another opened serves as well, and is the other's to settle.
    private async Task NoteAsync(GameSite site, DisputeKind kind, ulong id, CancellationToken cancellationToken)
    {
        ChallengeRecord record = new(kind, id);
        if (records.Challenges.Contains(record))
            return;
        Address challenger = kind == DisputeKind.QuoteChallenges
            ? (await QuoteAsync(site, id, cancellationToken)).Challenger
            : (await DataAsync(site, id, cancellationToken)).Challenger;
        if (challenger == account.Address)
            records.Add(record);
    }

    private async Task<(ChallengeState State, ulong Deadline, bool Fallen)> StateAsync(GameSite site, ChallengeRecord record, CancellationToken cancellationToken)
    {
        if (record.Kind == DisputeKind.QuoteChallenges)
        {
            QuoteChallenge quote = await QuoteAsync(site, record.Id, cancellationToken);
            return (quote.State, quote.Deadline, false);
        }

        DataChallenge data = await DataAsync(site, record.Id, cancellationToken);
        BatchStatus status = await reader.AgreeOnAsync(e => e.Rollup.GetStatusAsync(data.BatchIndex, site.At, cancellationToken), "a status", s => $"{s}");
        return (data.State, data.Deadline, status == BatchStatus.RolledBack);
    }

    private Task<QuoteChallenge> QuoteAsync(GameSite site, ulong id, CancellationToken cancellationToken) => reader.AgreeOnAsync(
        e => new QuoteChallengesContract(e.Client, Of(site, DisputeKind.QuoteChallenges)).GetAsync(id, site.At, cancellationToken), "a quote challenge", c => $"{c}");

    private Task<DataChallenge> DataAsync(GameSite site, ulong id, CancellationToken cancellationToken) => reader.AgreeOnAsync(
        e => new DataChallengesContract(e.Client, Of(site, DisputeKind.DataChallenges)).GetAsync(id, site.At, cancellationToken), "a data challenge", c => $"{c}");

    private Task<Dictionary<Bytes32, DisputeModel?>> ModelsAsync(BatchData data, CancellationToken cancellationToken)
    {
        Bytes32[] ids = [.. data.Leaves.Select(l => l.Request.Message.ModelId).Distinct()];
        return verification.WithModelsAsync(
            (models, _) => ids.ToDictionary(id => id, id => models.Holds(id) ? OwnComputer.ModelOf(models.ConfigOf(id)) : null), cancellationToken);
    }

    // What rolls the batch back first, then what else one transaction proves, then what takes a window.
    private static int Order(FaultRemedy remedy) => remedy switch
    {
        OneTransactionRemedy { Proof.Judge: FaultJudge.AccountFaults or FaultJudge.FormFaults or FaultJudge.EntryFaults } => 0,
        OneTransactionRemedy => 1,
        DataChallengeRemedy => 2,
        _ => 3,
    };

    private static Address Of(GameSite site, DisputeKind kind) => site.Kinds[kind];

    private void Report(string purpose, SendResult result)
    {
        if (result.IsDone)
            ChallengerLog.Sent(log, purpose, result.Receipt!.TransactionHash);
        else
            ChallengerLog.NotSent(log, purpose, result.End, result.Cause);
    }
}

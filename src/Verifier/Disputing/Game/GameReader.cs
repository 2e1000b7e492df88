using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Disputing;

/// <summary>Reads disputes so that every node says the same about the same block; otherwise nothing is read.</summary>
internal sealed class GameReader(ChainQuorum newest, Deployment deployment)
{
    /// <summary>The contracts at the newest block that all nodes have; null where the rollup has no game.</summary>
    /// <exception cref="JudgementException">The nodes give no agreeing answer.</exception>
    public async Task<GameSite?> ReadAsync(CancellationToken cancellationToken)
    {
        BlockHeader pin = await newest.PinAsync(cancellationToken);
        var at = BlockTag.Hash(pin.Hash);
        Address hub = await newest.AgreeAsync(e => e.Rollup.GetDisputeModuleAsync(at, cancellationToken), "the dispute module", a => $"{a}");
        if (hub.IsZero)
            return null;
        IReadOnlyList<Address> kinds = await newest.AgreeAsync(
            e => new DisputeHubContract(e.Client, hub).GetKindsAsync(at, cancellationToken), "the kinds of dispute", k => string.Join(',', k));
        RollupParameters parameters = await newest.AgreeAsync(e => e.Rollup.GetParametersAsync(at, cancellationToken), "the parameters", p => $"{p}");
        Dictionary<DisputeKind, Address> byKind = Enum.GetValues<DisputeKind>().Where(k => (int)k < kinds.Count).ToDictionary(k => k, k => kinds[(int)k]);
        return byKind.ContainsKey(DisputeKind.Game) ? new GameSite(pin, byKind, parameters.Window) : null;
    }

    /// <summary>What all nodes say of the game.</summary>
    /// <exception cref="JudgementException">They differ, or one says nothing.</exception>
    public Task<T> AgreeAsync<T>(GameSite site, Func<DisputeGameContract, BlockTag, Task<T>> read, string what, Func<T, string> fingerprint) =>
        newest.AgreeAsync(e => read(new DisputeGameContract(e.Client, site.Game), site.At), what, fingerprint);

    /// <summary>What all nodes say of any contract.</summary>
    public Task<T> AgreeOnAsync<T>(Func<ChainEndpoint, Task<T>> read, string what, Func<T, string> fingerprint) => newest.AgreeAsync(read, what, fingerprint);

    /// <summary>An own or another's dispute.</summary>
    public Task<GameDispute> DisputeAsync(GameSite site, ulong id, CancellationToken cancellationToken) =>
        AgreeAsync(site, (game, at) => game.GetAsync(id, at, cancellationToken), $"dispute {id}", d => $"{d}");

    /// <summary>All disputes about a shard of a leaf.</summary>
    public Task<GameCase> CaseAsync(GameSite site, Bytes32 caseKey, CancellationToken cancellationToken) =>
        AgreeAsync(site, (game, at) => game.GetCaseAsync(caseKey, at, cancellationToken), $"case {caseKey}", c => $"{c}");

    /// <summary>The dispute that an account opened at a target; 0 if none.</summary>
    public Task<ulong> FindAsync(GameSite site, DisputeTarget target, Address challenger, CancellationToken cancellationToken)
    {
        Bytes32 key = DisputeGameContract.PositionKey(target.BatchHash, target.Leaf, target.Shard, target.Position);
        return AgreeAsync(site, (game, at) => game.FindAsync(key, challenger, at, cancellationToken), $"the dispute at {target}", id => $"{id}");
    }

    /// <summary>Whether a batch still is what was judged and can still be accused.</summary>
    public async Task<bool> CanAccuseAsync(GameSite site, BatchPosting posting, CancellationToken cancellationToken)
    {
        PostedBatch? batch = await newest.AgreeAsync(e => e.Rollup.GetBatchAsync(posting.Index, site.At, cancellationToken), $"batch {posting.Index}", b => $"{b}");
        BatchStatus status = await newest.AgreeAsync(
            e => e.Rollup.GetStatusAsync(posting.Index, site.At, cancellationToken), $"the status of batch {posting.Index}", s => $"{s}");
        return batch?.BatchHash == posting.BatchHash && status == BatchStatus.Open && site.Now < posting.PostedAt + site.Window
            && (await newest.BlockAsync(posting.BlockNumber, cancellationToken)).Hash == posting.BlockHash;
    }

    /// <summary>The pipeline of a leaf as the registry has it.</summary>
    public async Task<IReadOnlyList<Slot>> SlotsAsync(GameSite site, BatchLeaf leaf, CancellationToken cancellationToken)
    {
        List<Slot> slots = [];
        foreach (uint id in leaf.Shards.Select(s => s.Receipt.Message.Slot))
        {
            Slot? slot = await newest.AgreeAsync(
                async e => (await e.Registry.GetSlotAsync(id, site.At, cancellationToken))?.Slot, $"slot {id}", s => $"{s}");
            slots.Add(slot ?? throw new JudgementException(VerdictCause.ChainUnavailable, $"No node knows slot {id} at block {site.Pin.Number}."));
        }

        return slots;
    }

    /// <summary>The context that a dispute was opened with.</summary>
    public async Task<DisputeOpened?> OpenedAsync(GameSite site, ulong id, CancellationToken cancellationToken)
    {
        byte[] word = new byte[Bytes32.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(24), id);
        IReadOnlyList<LogEntry> logs = await LogsAsync(site, DisputeOpened.Topic, new Bytes32(word), deployment.DeployedAtBlock, cancellationToken);
        return logs.Select(l => DisputeOpened.TryDecode(l, out DisputeOpened? opened) ? opened : null).FirstOrDefault(o => o is not null);
    }

    /// <summary>
    /// The list that was revealed at a position with what it opens to; null before it is whole. Bound to the contract: its groups must have the
    /// hashes that the contract holds.
    /// </summary>
    public async Task<RevealedList?> RevealedAsync(GameSite site, Bytes32 positionKey, ulong fromBlock, CancellationToken cancellationToken)
    {
        GameReveal state = await AgreeAsync(
            site, (game, at) => game.GetRevealAsync(positionKey, at, cancellationToken), "a reveal", r => $"{r.IsComplete} {string.Join(',', r.GroupRoots)}");
        if (!state.IsComplete)
            return null;
        List<IReadOnlyList<Bytes32>> groups = [];
        TraceOpening? opening = null;
        foreach (LogEntry log in await LogsAsync(site, GroupsRevealed.Topic, positionKey, fromBlock, cancellationToken))
        {
            if (!GroupsRevealed.TryDecode(log, out GroupsRevealed? part) || part.FirstGroup != groups.Count)
                continue;
            groups.AddRange(part.Groups);
            opening ??= part.Opening;
        }

        OperatorEntries entries = new(groups);
        return opening is not null && entries.GroupRoots.SequenceEqual(state.GroupRoots)
            ? new RevealedList(entries, opening)
            : throw new JudgementException(VerdictCause.ChainUnavailable, "The events of a reveal are not what the contract accepted.");
    }

    /// <summary>The content that was published for a dispute's entry; null before.</summary>
    public async Task<byte[]?> AnswerAsync(GameSite site, ulong id, ulong fromBlock, CancellationToken cancellationToken)
    {
        byte[] word = new byte[Bytes32.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(24), id);
        IReadOnlyList<LogEntry> logs = await LogsAsync(site, EntryAnswered.Topic, new Bytes32(word), fromBlock, cancellationToken);
        return logs.Select(l => EntryAnswered.TryDecode(l, out EntryAnswered? answered) ? answered.Content : null).FirstOrDefault(c => c is not null);
    }

    private async Task<IReadOnlyList<LogEntry>> LogsAsync(GameSite site, Bytes32 topic, Bytes32 first, ulong fromBlock, CancellationToken cancellationToken)
    {
        LogFilter filter = new()
        {
            FromBlock = Math.Min(fromBlock, site.Pin.Number),
            ToBlock = site.Pin.Number,
            Addresses = [site.Game],
            Topics = [[topic], [first]],
        };
        IReadOnlyList<LogEntry> logs = await newest.AgreeAsync(e => e.Client.GetLogsAsync(filter, cancellationToken), "the game's events", Fingerprint);
        // The logs must be of the chain that the pinned block ends.
        return (await newest.BlockAsync(site.Pin.Number, cancellationToken)).Hash == site.Pin.Hash
            ? logs
            : throw new JudgementException(VerdictCause.ChainsDisagree, $"Block {site.Pin.Number} changed while its events were read.");
    }

    private static string Fingerprint(IReadOnlyList<LogEntry> logs) =>
        string.Join(';', logs.Select(l => $"{l.BlockHash},{l.Address},{string.Join(',', l.Topics)},{Keccak256.Hash(l.Data.Span)}"));
}

using System.Collections.Concurrent;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>
/// Compares the other slots of a pipeline with the contract. Who opens a job names their keys; signed over inputs that only a stranger's key
/// vouches for, this shard's receipt would stand beside the real upstream's in a batch and be the one that does not fit. Thread-safe.
/// </summary>
/// <remarks>
/// What was read counts for an hour while the chain is down, so that no short outage stops a pipeline that was seen before; not longer, because a key
/// can lapse before its last epoch when its platform is de-listed.
/// </remarks>
internal sealed class PipelineRegistry(ShardSelf self, IChainView chain, TimeProvider clock)
{
    private const int MostSlots = 4096;

    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_longestAge = TimeSpan.FromHours(1);

    // A chain that hangs must not hold up a job whose pipeline is known.
    private static readonly TimeSpan s_refreshPatience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<uint, Known> _known = new();

    /// <summary>Checks every slot but this one.</summary>
    /// <exception cref="JobException">A slot is not the contract's, or has no such key that is valid now (both retryable: the chain may be behind).</exception>
    public async Task CheckAsync(IReadOnlyList<Stage> stages, CancellationToken cancellationToken)
    {
        foreach (Stage stage in stages.Where(stage => stage.SlotId != self.Slot.SlotId))
        {
            Known known = await FindAsync(stage.SlotId, kept => kept.Is(stage, self.Slot.ModelId) && kept.HasKey(stage, Epoch), cancellationToken);
            if (!known.Is(stage, self.Slot.ModelId))
                throw Wrong(stage, known.Slot is null ? "is not in the contract" : $"is {known.Slot} in the contract");
            if (!known.HasKey(stage, Epoch))
                throw Wrong(stage, $"has no key {stage.SigningKey} in the contract that is valid in epoch {Epoch}");
        }
    }

    /// <summary>Checks the shard at the other end of a link: its slot, and both of its keys.</summary>
    /// <exception cref="JobException">The contract has no such slot or keys that are valid now, or cannot be asked (all retryable).</exception>
    public async Task CheckPeerAsync(ShardClaims peer, CancellationToken cancellationToken)
    {
        Known known = await FindAsync(peer.Slot, kept => kept.Has(peer, Epoch), cancellationToken);
        if (!known.Has(peer, Epoch))
            throw new JobException(JobFailure.InvalidRequest,
                $"Slot {peer.Slot} of {peer.Operator} has no key {peer.SigningKey} in the contract that is valid in epoch {Epoch}.", true, peer.Slot);
    }

    private ulong Epoch => (ulong)clock.GetUtcNow().ToUnixTimeSeconds() / self.EpochSeconds;

    private async Task<Known> FindAsync(uint slotId, Func<Known, bool> isWanted, CancellationToken cancellationToken)
    {
        bool fits = _known.TryGetValue(slotId, out Known? kept) && clock.GetElapsedTime(kept.At) < s_longestAge && isWanted(kept);
        if (fits && clock.GetElapsedTime(kept!.At) < s_age)
            return kept;
        using CancellationTokenSource patience = new(fits ? s_refreshPatience : Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            Known read = await ReadAsync(slotId, either.Token);
            if (_known.Count >= MostSlots)
                _known.Clear();
            return _known[slotId] = read;
        }
        catch (Exception e) when (fits && e is ChainUnavailableException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return kept!;
        }
        catch (ChainUnavailableException e)
        {
            throw new JobException(JobFailure.Overloaded, $"Slot {slotId} cannot be checked: {e.Message}", true, cause: e);
        }
    }

    private async Task<Known> ReadAsync(uint slotId, CancellationToken cancellationToken)
    {
        long at = clock.GetTimestamp();
        Slot? slot = await chain.GetSlotAsync(slotId, cancellationToken);
        return new Known(at, slot, slot is null ? [] : await chain.GetKeysAsync(slotId, cancellationToken));
    }

    private static JobException Wrong(Stage stage, string what) =>
        new(JobFailure.InvalidRequest, $"Slot {stage.SlotId} of the pipeline {what}.", true, stage.SlotId);

    private sealed record Known(long At, Slot? Slot, IReadOnlyList<SlotKey> Keys)
    {
        public bool Is(Stage stage, Bytes32 modelId) =>
            Slot == new Slot(stage.SlotId, stage.Operator, modelId, stage.FirstLayer, stage.LayerCount);

        public bool Has(ShardClaims peer, ulong epoch) => Slot is { } slot && slot.Operator == peer.Operator && slot.ModelId == peer.ModelId
            && Keys.Any(key => key.SigningKey == peer.SigningKey && key.EncryptionKey == peer.EncryptionKey && key.IsValidAt(epoch));

        public bool HasKey(Stage stage, ulong epoch) => Keys.Any(key => key.SigningKey == stage.SigningKey && key.IsValidAt(epoch));
    }
}

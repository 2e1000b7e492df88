using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>Gathers from the contracts what the rules of a batch look up.</summary>
internal sealed class SnapshotReader(BatchingOptions options, ChainConnection chain, IVocabularySource vocabulary)
{
    private readonly RollupDomain _domain = options.Deployment.Domain();

    /// <summary>Everything that these jobs need, on the state of the newest block.</summary>
    /// <param name="postedAt">Unix seconds at which the batch lands at the latest.</param>
    public async Task<RollupSnapshot> ReadAsync(IReadOnlyCollection<AnsweredJob> jobs, ulong postedAt, CancellationToken cancellationToken)
    {
        BlockHeader head = await chain.GetHeadAsync(cancellationToken).ConfigureAwait(false);
        var block = BlockTag.Hash(head.Hash);
        RollupSnapshot view = new();
        foreach (Bytes32 modelId in jobs.Select(j => j.Request.Message.ModelId).Distinct())
            view = await AddModelAsync(view, modelId, block, cancellationToken).ConfigureAwait(false);
        foreach (uint slotId in jobs.SelectMany(j => j.Shards).Select(s => s.Receipt.Message.Slot).Distinct())
            view = await AddSlotAsync(view, slotId, block, cancellationToken).ConfigureAwait(false);
        foreach (Address user in jobs.Select(j => j.Request.Message.User).Distinct())
            view = await AddUserAsync(view, user, postedAt, block, cancellationToken).ConfigureAwait(false);
        foreach ((Address user, Address key) in jobs.SelectMany(Sessions).Distinct())
        {
            if (await chain.Credits.GetSessionAsync(user, key, block, cancellationToken).ConfigureAwait(false) is { } session)
                view = view with { Sessions = view.Sessions.Add((user, key), session) };
        }

        return view;
    }

    private async Task<RollupSnapshot> AddModelAsync(RollupSnapshot view, Bytes32 modelId, BlockTag block, CancellationToken cancellationToken)
    {
        ListedModel? model = await chain.Registry.GetModelAsync(modelId, block, cancellationToken).ConfigureAwait(false);
        uint? size = vocabulary.VocabularySizeOf(modelId);
        return model is null || size is null ? view : view with { Models = view.Models.Add(modelId, model.ToLimits(size.Value)) };
    }

    private async Task<RollupSnapshot> AddSlotAsync(RollupSnapshot view, uint slotId, BlockTag block, CancellationToken cancellationToken)
    {
        if (await chain.Registry.GetSlotAsync(slotId, block, cancellationToken).ConfigureAwait(false) is not { } slot)
            return view;
        IReadOnlyList<SlotKey> keys = await chain.Registry.GetKeysAsync(slotId, block, cancellationToken).ConfigureAwait(false);
        return view with { Slots = view.Slots.Add(slotId, slot.Slot), SlotKeys = view.SlotKeys.Add(slotId, keys) };
    }

    private async Task<RollupSnapshot> AddUserAsync(
        RollupSnapshot view, Address user, ulong postedAt, BlockTag block, CancellationToken cancellationToken)
    {
        UInt128 credits = await chain.Credits.GetCreditedAsync(user, postedAt, block, cancellationToken).ConfigureAwait(false);
        UInt128 earnings = await chain.Credits.GetReservedAsync(user, postedAt, block, cancellationToken).ConfigureAwait(false);
        return view with
        {
            CreditsOf = view.CreditsOf.Add(user, credits),
            SpendableEarningsOf = view.SpendableEarningsOf.Add(user, earnings),
        };
    }

    // Whoever signed the request or its cancellation in the user's stead.
    private IEnumerable<(Address User, Address Key)> Sessions(AnsweredJob job)
    {
        Address user = job.Request.Message.User;
        Address?[] signers =
        [
            _domain.Signer(job.Request, Secp256k1Recovery.Instance),
            job.Cancel is null ? null : _domain.Signer(job.Cancel, Secp256k1Recovery.Instance),
        ];
        return signers.Where(s => s is not null && s != user).Select(s => (user, s!.Value));
    }
}

using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Settlement;

/// <summary>
/// Claims earnings of the last final state. Anyone may call <c>claim</c> for any owner; the contract pays the owner's withdrawal address.
/// </summary>
internal sealed class ClaimService(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, BatchStore batches, StateStore states, ILogger<ClaimService> log)
{
    private ulong _settled;

    /// <summary>Claims what the newest final batch made claimable; looks again only at a newer one.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ulong final = await chain.Rollup.GetFinalIndexAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (final == _settled || batches.Find(final) is not { } batch)
            return;
        Bytes32 root = await chain.Rollup.GetFinalStateRootAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (root != batch.Header.StateRoot)
            return;
        AccountTree state = states.After(final);
        bool complete = true;
        foreach (Account account in Accounts(state))
            complete &= await ClaimAsync(account, state, cancellationToken).ConfigureAwait(false);
        if (complete)
            _settled = final;
    }

    private IEnumerable<Account> Accounts(AccountTree state)
    {
        if (options.ClaimForEveryone)
            return state.Accounts.Where(a => a.Earned > 0).OrderBy(a => a.Owner);
        IEnumerable<Address> own = options.ClaimOwn ? [options.Key.Address] : [];
        return own.Concat(options.ClaimFor).Distinct().Select(state.Get).Where(a => a.Earned > 0);
    }

    // False where the transaction did not end: the next round looks again. One that reverts waits for the next final state: a receiver
    // that refuses its money must not cost gas round after round.
    private async Task<bool> ClaimAsync(Account account, AccountTree state, CancellationToken cancellationToken)
    {
        UInt128 amount = await chain.Credits.GetClaimableAsync(account, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (amount < UInt128.Max(options.MinClaim, 1))
            return true;
        byte[] data = chain.Credits.Claim(account, state.Prove(account.Owner));
        string purpose = Purposes.Claim(account.Owner);
        TransactionOutcome? outcome = await writer.SendAsync(purpose, chain.Credits, data, cancellationToken).ConfigureAwait(false);
        if (outcome is { IsSuccess: true })
            BatchingLog.Claimed(log, account.Owner, amount);
        else if (outcome is not null)
            BatchingLog.SettlementFailed(log, purpose, outcome.Status, ContractError.Describe(outcome.RevertData.Span));
        return outcome?.Status is TransactionStatus.Succeeded or TransactionStatus.Reverted or TransactionStatus.WouldRevert;
    }
}

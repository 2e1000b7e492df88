using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Accounts;

/// <summary>What the sequencer knows of an account: <c>GET /v1/accounts/{address}</c>.</summary>
internal sealed class AccountService(JobStore store, CreditSource credits)
{
    /// <exception cref="JobApiException"><c>overloaded</c>: the chain cannot be asked now.</exception>
    public async Task<AccountInfo> GetAsync(Address address, CancellationToken cancellationToken)
    {
        UInt128 deposited;
        UInt128 reserved;
        try
        {
            deposited = await credits.GetAsync(address, PaymentKind.Credits, fresh: false, cancellationToken).ConfigureAwait(false);
            reserved = await credits.GetAsync(address, PaymentKind.Earnings, fresh: false, cancellationToken).ConfigureAwait(false);
        }
        catch (ChainUnavailableException fault)
        {
            throw Refusal.Overloaded($"The credit cannot be read now: {fault.Message}");
        }
        UserTotals fromCredits = store.Totals(address, PaymentKind.Credits);
        UserTotals fromEarnings = store.Totals(address, PaymentKind.Earnings);
        return new AccountInfo(
            address, fromCredits.Nonce, fromCredits.Charged, fromCredits.Held, deposited, Left(deposited, fromCredits),
            store.AccountOf(address).Earned, fromEarnings.Charged, Left(reserved, fromEarnings));
    }

    // A withdrawal can leave less than is spent and held.
    private static UInt128 Left(UInt128 spendable, UserTotals totals)
    {
        UInt128 used = totals.Charged + totals.Held;
        return spendable > used ? spendable - used : 0;
    }
}

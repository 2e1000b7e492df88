using System.Collections.Immutable;
using System.Numerics;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Accounting;

/// <summary>The transition of one query receipt (protocol section 9). Pure; the sequencer applies it and the verifier repeats it.</summary>
public static class AccountingStep
{
    /// <summary>Applies a job that was answered.</summary>
    /// <param name="slots">The pipeline in layer order.</param>
    /// <param name="available">
    /// What the payment source holds at posting: deposits less withdrawals, or finalised earnings, in cumulative wei.
    /// </param>
    public static AccountingResult Apply(
        AccountTree before, JobRequest request, UInt128 fee, IReadOnlyList<Slot> slots, AccountingTerms terms, UInt128 available)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(request);
        AccountingResult debited = Debit(before, request, fee, available);
        return debited.IsApplied ? Credit(debited.After, FeeSplit.Compute(fee, slots, terms)) : debited;
    }

    /// <summary>Applies a void job: only the nonce is consumed.</summary>
    public static AccountingResult ApplyVoid(AccountTree before, JobRequest request)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(request);
        Account user = before.Get(request.User);
        return request.Nonce > user.Nonce
            ? AccountingResult.Applied(before.Set(user with { Nonce = request.Nonce }), [])
            : NonceFault(request, user);
    }

    private static AccountingResult Debit(AccountTree before, JobRequest request, UInt128 fee, UInt128 available)
    {
        Account user = before.Get(request.User);
        if (request.Nonce <= user.Nonce)
            return NonceFault(request, user);
        bool credits = request.Payment == PaymentKind.Credits;
        BigInteger spent = (BigInteger)(credits ? user.Spent : user.EarningsSpent) + (BigInteger)fee;
        if (fee > 0 && spent > (BigInteger)request.CumulativeMax)
            return AccountingResult.Refused(AccountingFault.CumulativeMaxExceeded, $"at most {request.CumulativeMax}", $"{spent}");
        if (fee > 0 && spent > (BigInteger)available)
        {
            AccountingFault fault = credits ? AccountingFault.Overdraft : AccountingFault.EarningsExceeded;
            return AccountingResult.Refused(fault, $"at most {available}", $"{spent}");
        }

        user = user with { Nonce = request.Nonce };
        user = credits ? user with { Spent = (UInt128)spent } : user with { EarningsSpent = (UInt128)spent };
        return AccountingResult.Applied(before.Set(user), []);
    }

    private static AccountingResult Credit(AccountTree tree, ImmutableArray<FeeShare> shares)
    {
        foreach (FeeShare share in shares)
        {
            Account payee = tree.Get(share.Payee);
            if (payee.Earned > UInt128.MaxValue - share.Amount)
                return AccountingResult.Refused(AccountingFault.AmountOverflow, "less than 2^128", $"{payee.Earned} + {share.Amount}");
            tree = tree.Set(payee with { Earned = payee.Earned + share.Amount });
        }

        return AccountingResult.Applied(tree, shares);
    }

    private static AccountingResult NonceFault(JobRequest request, Account user) =>
        AccountingResult.Refused(AccountingFault.NonceNotIncreasing, $"above {user.Nonce}", $"{request.Nonce}");
}

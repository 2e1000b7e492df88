using System.Numerics;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;

namespace TeeTee.Rollup.Faults;

/// <summary>The accounts of one accounting step, each with its proof in the state that the ones before it leave.</summary>
internal sealed class StepOpenings(BatchOpenings openings, BatchContext context)
{
    /// <summary>AccountFaults' <c>Step</c>.</summary>
    public object[] Step(int leaf) => [openings.Leaf(leaf), openings.Leaf(Math.Max(0, leaf - 1)), openings.Request(leaf)];

    /// <summary>The user's account before the step.</summary>
    public object[] User(int leaf)
    {
        AccountTree before = Before(leaf);
        return Opening(before, openings.Data.Leaves[leaf].Request.Message.User);
    }

    /// <summary>All accounts of the step in its order; null where the leaf has no pipeline to pay.</summary>
    public object[]? Accounts(int leaf)
    {
        BatchLeaf data = openings.Data.Leaves[leaf];
        AccountTree tree = Before(leaf);
        Account user = tree.Get(data.Request.Message.User);
        List<object> accounts = [Opening(tree, user.Owner)];
        if (data.Receipt.Finish == FinishReason.Void)
            return [.. accounts];
        IReadOnlyList<Slot>? slots = LeafRules.Pipeline(data, context.View);
        if (slots is null)
            return null;
        tree = tree.Set(Debited(user, data));
        AccountingTerms terms = new(context.Sequencer, context.SequencerShareBps, context.View.Model(data.Request.Message.ModelId)!.LayerCount);
        foreach (FeeShare share in FeeSplit.Compute(data.Receipt.Fee, slots, terms))
        {
            accounts.Add(Opening(tree, share.Payee));
            Account payee = tree.Get(share.Payee);
            // Past 2^128 the contract has its verdict and reads no further account.
            bool fits = (BigInteger)payee.Earned + (BigInteger)share.Amount <= (BigInteger)UInt128.MaxValue;
            tree = fits ? tree.Set(payee with { Earned = payee.Earned + share.Amount }) : tree;
        }

        return [.. accounts];
    }

    private static Account Debited(Account user, BatchLeaf data)
    {
        JobRequest request = data.Request.Message;
        Account next = user with { Nonce = request.Nonce };
        return request.Payment == PaymentKind.Credits
            ? next with { Spent = next.Spent + data.Receipt.Fee }
            : next with { EarningsSpent = next.EarningsSpent + data.Receipt.Fee };
    }

    // The leaves before the first wrong step apply as they were posted.
    private AccountTree Before(int leaf)
    {
        AccountTree tree = context.Parent;
        for (int i = 0; i < leaf; i++)
        {
            tree = BatchRules.Apply(tree, openings.Data.Leaves[i], context)?.After
                ?? throw new ArgumentException($"Leaf {i} breaks the accounting already; leaf {leaf} cannot be judged.", nameof(leaf));
        }

        return tree;
    }

    private static object[] Opening(AccountTree tree, Address owner) => MessageTuples.Of(tree.Get(owner), tree.Prove(owner));
}

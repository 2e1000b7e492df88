using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;

namespace TeeTee.Rollup.Tests.Accounting;

public sealed class AccountingTests
{
    [Fact]
    public void Compute_AnyFeeAndPipeline_SumsToTheFee() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        Samples samples = new(seed);
        Slot[] slots = Pipeline(samples);
        AccountingTerms terms = new(samples.Address(), (uint)samples.Below(10_001), (uint)slots.Sum(s => s.LayerCount));
        UInt128 fee = samples.U128();
        var shares = FeeSplit.Compute(fee, slots, terms);
        BigInteger sum = shares.Aggregate(BigInteger.Zero, (total, s) => total + (BigInteger)s.Amount);
        BigInteger least = (BigInteger)fee * terms.SequencerShareBps / 10_000;
        return sum == (BigInteger)fee && (BigInteger)shares[^1].Amount >= least
            && (BigInteger)shares[^1].Amount <= least + slots.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Apply_AnySequenceOfJobs_ConservesMoneyAndIsPure()
    {
        World world = new();
        Samples samples = new(5);
        AccountTree tree = AccountTree.Empty;
        AccountingTerms terms = new(World.Sequencer.Address, 777, 4);
        for (ulong nonce = 1; nonce <= 50; nonce++)
        {
            Bytes32 before = tree.Root;
            JobRequest request = world.Draft(nonce).Request with { Payment = (PaymentKind)samples.Below(2) };
            AccountingResult step = AccountingStep.Apply(tree, request, (UInt128)samples.Below(20_000), world.Slots, terms, 200_000);
            Assert.Equal(before, tree.Root);
            if (!step.IsApplied)
                continue;
            tree = step.After;
            UInt128 debits = tree.Accounts.Aggregate(UInt128.Zero, (sum, a) => sum + a.Spent + a.EarningsSpent);
            Assert.Equal(debits, tree.Accounts.Aggregate(UInt128.Zero, (sum, a) => sum + a.Earned));
            Assert.Equal(tree.Root, AccountTree.Load(tree.Accounts).Root);
        }

        Assert.InRange(tree.Get(World.User.Address).Spent, (UInt128)100_000, (UInt128)200_000);
        Assert.InRange(tree.Get(World.User.Address).EarningsSpent, (UInt128)100_000, (UInt128)200_000);
    }

    [Fact]
    public void ApplyVoid_BrokeUser_ConsumesTheNonceAlone()
    {
        JobRequest request = new World().Draft(3).Request with { CumulativeMax = 0 };
        Account broke = Account.New(request.User) with { Spent = 9, Nonce = 2 };

        AccountingResult step = AccountingStep.ApplyVoid(AccountTree.Empty.Set(broke), request);

        Assert.Equal(broke with { Nonce = 3 }, step.After!.Get(request.User));
        Assert.Equal(AccountingFault.NonceNotIncreasing, AccountingStep.ApplyVoid(step.After, request).Fault);
    }

    [Fact]
    public void Compute_WrongLayersOrShare_Throws()
    {
        World world = new();
        Assert.Throws<ArgumentException>(() => FeeSplit.Compute(1, world.Slots, new AccountingTerms(Address.Zero, 0, 5)));
        Assert.Throws<ArgumentException>(() => FeeSplit.Compute(1, world.Slots, new AccountingTerms(Address.Zero, 10_001, 4)));
    }

    private static Slot[] Pipeline(Samples samples) =>
        [.. Enumerable.Range(0, samples.Below(16) + 1).Select(i => new Slot((uint)i, samples.Address(), Bytes32.Zero, 0, (uint)samples.Below(40) + 1))];
}

using FsCheck;
using FsCheck.Fluent;

namespace TeeTee.Ethereum.Tests.Sending;

public sealed class FeePolicyTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(9, 10)]
    [InlineData(10, 11)]
    [InlineData(11, 13)]
    [InlineData(1_000_001, 1_100_002)]
    public void Raise_SmallNumbers_RoundsUp(int before, int after) => Assert.Equal((UInt128)after, FeePolicy.Raise((UInt128)before));

    [Fact]
    public void Replace_AnyOffer_IsTenPercentMoreAndWithinTheLimit() =>
        Prop.ForAll<(uint Tip, uint Cap, uint Base, uint Suggested)>(offer =>
        {
            TransactionSenderOptions options = new() { MaxFeePerGas = 5_000_000_000 };
            var cap = (UInt128)Math.Max(offer.Tip, offer.Cap);
            if (FeePolicy.Replace(offer.Tip, cap, new FeeEstimate(offer.Base, offer.Suggested), options) is not var (newTip, newCap))
                return FeePolicy.Raise(cap) > options.MaxFeePerGas || FeePolicy.Raise(offer.Tip) > options.MaxFeePerGas;
            return newTip * 100 >= (UInt128)offer.Tip * 110 && newCap * 100 >= cap * 110 && newTip > offer.Tip && newCap > cap
                && newTip <= newCap && newCap <= options.MaxFeePerGas;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void First_LowLimit_KeepsTipBelowCap()
    {
        var (tip, cap) = FeePolicy.First(new FeeEstimate(1_000, 50), new TransactionSenderOptions { MaxFeePerGas = 20 });
        Assert.Equal(((UInt128)20, (UInt128)20), (tip, cap));
        Assert.Equal(((UInt128)1, (UInt128)2_001), FeePolicy.First(new FeeEstimate(1_000, 0), new TransactionSenderOptions()));
    }

    [Fact]
    public void First_AbsurdAnswer_StaysWithinTheLimit() =>
        Assert.Equal(
            ((UInt128)500, (UInt128)500),
            FeePolicy.First(new FeeEstimate(UInt128.MaxValue, UInt128.MaxValue), new TransactionSenderOptions { MaxFeePerGas = 500 }));
}

using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Chain;

namespace TeeTee.ShardNode.Tests.Chain;

public sealed class KeyLookTests
{
    // Of 90 epochs, 30 are a third and 9 a tenth.
    [Theory]
    [InlineData(31, false, false)]
    [InlineData(30, true, false)]
    [InlineData(9, true, false)]
    [InlineData(8, true, true)]
    [InlineData(0, true, true)]
    public void Validity_EpochsLeft_DecideWhenItIsDueAndAlarming(ulong left, bool due, bool alarming)
    {
        KeyValidity validity = new(1_000, 1_000 + left, 90);

        Assert.Equal((left, due, alarming), (validity.Left, validity.MayBeDue, validity.IsAlarming));
    }

    // Evidence that itself runs out is not registered again and again.
    [Theory]
    [InlineData(1_090, true)]
    [InlineData(1_060, true)]
    [InlineData(1_059, false)]
    [InlineData(1_020, false)]
    [InlineData(1_010, false)]
    public void IsWorth_FreshEvidenceEndsThen_DependsOnTheGain(ulong end, bool worth) =>
        Assert.Equal(worth, new KeyValidity(1_000, 1_020, 90).IsWorth(end));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void MayBeDue_VeryShortValidity_ComesBeforeTheLastEpoch(ulong longest) =>
        Assert.True(new KeyValidity(1_000, 1_002, longest).MayBeDue);

    [Fact]
    public void Of_EveryStanding_SaysWhatCanBeDone()
    {
        KeyStanding standing = new(new SlotKey(1, Address.Zero, Bytes32.Zero, 900, 1_080), Address.Zero, Bytes32.Zero, Bytes32.Zero, 0, true);

        Assert.Equal((KeyState.Missing, true), Read(null));
        Assert.Equal((KeyState.Standing, false), Read(standing));
        Assert.Equal((KeyState.Standing, true), Read(Until(standing, 1_002)));
        Assert.Equal((KeyState.Ended, false), Read(Until(standing, 1_001)));
        Assert.Equal((KeyState.Ended, false), Read(Until(standing, 990)));
        Assert.Equal((KeyState.Lapsed, false), Read(Until(standing, 1_000) with { LapsedAt = 10_000 }));
        Assert.Equal((KeyState.Silent, true), Read(Until(standing, 1_000) with { LapsedAt = 10_000, IsAnswered = false }));
    }

    private static (KeyState State, bool Due) Read(KeyStanding? standing)
    {
        var look = KeyLook.Of(standing, 1_000, 90, 10);
        return (look.State, look.MayBeDue);
    }

    private static KeyStanding Until(KeyStanding standing, ulong end) => standing with { Key = standing.Key with { ValidUntil = end } };
}

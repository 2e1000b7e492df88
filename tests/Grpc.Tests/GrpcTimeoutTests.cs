using FsCheck;
using FsCheck.Fluent;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Tests;

public class GrpcTimeoutTests
{
    [Theory]
    [InlineData(0L, "0n")]
    [InlineData(1L, "100n")]
    [InlineData(999_999L, "99999900n")]
    [InlineData(1_000_000L, "100000u")]
    [InlineData(1_000_000_001L, "100001m")]
    [InlineData(10_000_001L, "1000001u")]
    [InlineData(long.MaxValue, "99999999H")]
    [InlineData(-5L, "0n")]
    public void Format_Ticks_UsesTheFinestUnitThatFits(long ticks, string expected) =>
        Assert.Equal(expected, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Format_AnyTimeout_ParsesToNoLessAndBarelyMore() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<long>().Filter(t => t >= 0 && t < 99_999_999L * TimeSpan.TicksPerHour), ticks =>
            {
                TimeSpan timeout = TimeSpan.FromTicks(ticks);
                string header = GrpcTimeout.Format(timeout);
                Assert.True(GrpcTimeout.TryParse(header, out TimeSpan parsed));
                Assert.InRange(header.Length, 2, 9);
                Assert.InRange(parsed.Ticks, ticks, ticks + Math.Max(1, ticks / 10_000));
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1H", 36_000_000_000L)]
    [InlineData("1M", 600_000_000L)]
    [InlineData("1S", 10_000_000L)]
    [InlineData("1m", 10_000L)]
    [InlineData("1u", 10L)]
    [InlineData("1n", 1L)]
    [InlineData("99999999H", 99_999_999L * 36_000_000_000L)]
    [InlineData("00000001S", 10_000_000L)]
    public void TryParse_EachUnit_GivesItsTicks(string header, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(header, out TimeSpan timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("100000000S")]
    [InlineData("\u0661S")]
    public void TryParse_Malformed_IsRefused(string header) => Assert.False(GrpcTimeout.TryParse(header, out _));
}

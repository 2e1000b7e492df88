using System.Numerics;

namespace TeeTee.Numerics.Tests;

public class RopeTableTests
{
    /// <summary>Golden hashes by Python's mpmath 1.3.0 with 400 bits: FNV-1a-64 over the little-endian bits, row-major.</summary>
    [Theory]
    [InlineData(512, 10_000f, 16, "plain", 0x08141494BD796912, 0x18B11E2989CFAC8D)]
    [InlineData(512, 10_000f, 4, "plain", 0xAE1E753CBD94B1AD, 0xFAFE192541601176)]
    [InlineData(300, 500_000f, 32, "stepped", 0xC0CBD83B23793709, 0x644D270034F54943)]
    [InlineData(128, 1_000_000f, 8, "linear", 0x1C84E259F8B52057, 0xD31889441F6F088A)]
    [InlineData(16, 1f, 3, "small", 0xBA673B2A912F6B5D, 0xACE0459CE6D14A34)]
    public void Create_ComparedWithMpmath_HasTheSameBits(
        int positions, float frequencyBase, int pairs, string divisors, ulong cosines, ulong sines)
    {
        RopeTable table = RopeTable.Create(positions, frequencyBase, Divisors(divisors, pairs));
        Assert.Equal((positions, pairs), (table.Positions, table.Pairs));
        Assert.Equal(cosines, Hash(table.Cosines.Span));
        Assert.Equal(sines, Hash(table.Sines.Span));
    }

    [Theory]
    [InlineData(10_000f, 32, "plain")]
    [InlineData(500_000f, 32, "stepped")]
    public void Create_ComparedWithRootsAndDirectSeries_HasTheSameBits(float frequencyBase, int pairs, string kind)
    {
        float[] divisors = Divisors(kind, pairs);
        RopeTable table = RopeTable.Create(700, frequencyBase, divisors);
        for (int position = 0; position < 700; position += 23)
        {
            for (int pair = 0; pair < pairs; pair++)
            {
                (float cosine, float sine) = SlowRope.Entry(position, pair, pairs, frequencyBase, divisors[pair]);
                Assert.Equal(cosine, table.Cosines.Span[position * pairs + pair]);
                Assert.Equal(sine, table.Sines.Span[position * pairs + pair]);
            }
        }
    }

    [Fact]
    public void Create_FirstRow_IsOneAndPositiveZero()
    {
        RopeTable table = RopeTable.Create(1, 10_000f, Divisors("plain", 5));
        Assert.All(table.Cosines.ToArray(), static value => Assert.Equal(0x3F80_0000u, BitConverter.SingleToUInt32Bits(value)));
        Assert.All(table.Sines.ToArray(), static value => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(value)));
    }

    [Fact]
    public void Create_TinyAngles_GiveOneAndTheAngle()
    {
        RopeTable table = RopeTable.Create(3, 18446744073709551616f, [1f, 18446744073709551616f]);
        Assert.Equal(1f, table.Cosines.Span[2 * 2 + 1]);
        Assert.Equal(MathF.ScaleB(1f, 1 - 32 - 64), table.Sines.Span[2 * 2 + 1]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void TryRound_NextToATie_RefusesWhatTheErrorLeavesOpen(int distance)
    {
        BigInteger value = (BigInteger.One << 80) + (BigInteger.One << 56) + distance;
        Assert.True(RopeTable.TryRound(value, 0, 80, out float rounded));
        Assert.Equal(distance > 0 ? MathF.BitIncrement(1f) : 1f, rounded);
        Assert.False(RopeTable.TryRound(value, 2, 80, out _));
    }

    [Theory]
    [InlineData(0, 10_000f, 1f)]
    [InlineData(5, 0.5f, 1f)]
    [InlineData(5, float.NaN, 1f)]
    [InlineData(5, float.PositiveInfinity, 1f)]
    [InlineData(5, 10_000f, 0f)]
    [InlineData(5, 10_000f, -1f)]
    [InlineData(5, 10_000f, float.NaN)]
    public void Create_OutOfRange_Throws(int positions, float frequencyBase, float divisor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RopeTable.Create(positions, frequencyBase, [divisor]));

    private static float[] Divisors(string kind, int pairs) => kind switch
    {
        "stepped" => [.. Enumerable.Range(0, pairs).Select(static i => i < 20 ? 1f : i < 24 ? 1.7f : 8f)],
        "linear" => [.. Enumerable.Repeat(4f, pairs)],
        "small" => [0.001f, 0.0009765625f, 3f],
        _ => [.. Enumerable.Repeat(1f, pairs)],
    };

    private static ulong Hash(ReadOnlySpan<float> values)
    {
        ulong hash = Fnv1a.Offset;
        foreach (float value in values)
            hash = Fnv1a.Add(hash, BitConverter.SingleToUInt32Bits(value));
        return hash;
    }
}

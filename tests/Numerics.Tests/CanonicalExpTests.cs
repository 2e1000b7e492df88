namespace TeeTee.Numerics.Tests;

public class CanonicalExpTests
{
    // Golden values of the arithmetic's definition, ruling 13.
    [Theory]
    [InlineData(-1f, 0x3EBC_5AB2u)]
    [InlineData(-0.5f, 0x3F1B_4598u)]
    [InlineData(-10f, 0x383E_6BCEu)]
    [InlineData(-87f, 0x00B3_3687u)]
    [InlineData(-0f, 0x3F80_0000u)]
    public void ExpNeg_GoldenInput_GivesGoldenBits(float x, uint expected) =>
        Assert.Equal(expected, BitConverter.SingleToUInt32Bits(CanonicalExp.ExpNeg(x)));

    [Fact]
    public void ExpNeg_PositiveZero_IsOne() => Assert.Equal(1f, CanonicalExp.ExpNeg(0f));

    [Theory]
    [InlineData(-88f)]
    [InlineData(float.NegativeInfinity)]
    public void ExpNeg_BelowRange_IsPositiveZero(float x) =>
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(CanonicalExp.ExpNeg(x)));

    [Fact]
    public void ExpNeg_JustBelowLowest_IsZero() => Assert.Equal(0f, CanonicalExp.ExpNeg(MathF.BitDecrement(-87f)));

    [Fact]
    public void ExpNeg_StridedRange_StaysWithinOneUlpOfDouble()
    {
        for (ulong bits = CanonicalExpAudit.FirstBits; bits <= CanonicalExpAudit.LastBits; bits += 9973)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            float y = CanonicalExp.ExpNeg(x);
            double ulp = MathF.BitIncrement(y) - y;
            Assert.True(Math.Abs(y - Math.Exp(x)) <= 0.9 * ulp, $"{x:R}");
        }
    }

    // The hash of a strided subset pins every bit of it; the full range is CanonicalExpAudit.FullRangeHash.
    [Fact]
    public void Hash_StridedRange_IsGolden() =>
        Assert.Equal(0x385B_0F9F_F7B2_24DEul, CanonicalExpAudit.Hash(CanonicalExpAudit.FirstBits, CanonicalExpAudit.LastBits, 99_991));

    [Fact]
    public void Hash_EmptyRange_Throws() => Assert.Throws<ArgumentException>(() => CanonicalExpAudit.Hash(2, 1));
}

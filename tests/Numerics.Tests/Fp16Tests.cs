namespace TeeTee.Numerics.Tests;

public class Fp16Tests
{
    [Fact]
    public void FromSingle_EveryFiniteHalf_RoundTrips()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float value = Fp16.ToSingle((ushort)bits);
            if (float.IsFinite(value))
                Assert.Equal((ushort)bits, Fp16.FromSingle(value));
            else
                Assert.Throws<NonFiniteException>(() => Fp16.FromSingle(value));
        }
    }

    // The runtime's own conversion rounds to nearest even as well, by other means.
    [Fact]
    public void FromSingle_AroundEveryHalf_AgreesWithRuntime()
    {
        for (int bits = 0; bits < 0x7BFF; bits++)
        {
            float low = Fp16.ToSingle((ushort)bits);
            float tie = (float)(((double)low + Fp16.ToSingle((ushort)(bits + 1))) / 2);
            foreach (float value in (float[])[MathF.BitDecrement(tie), tie, MathF.BitIncrement(tie), -tie, MathF.BitIncrement(low)])
                Assert.Equal(BitConverter.HalfToUInt16Bits((Half)value), Fp16.FromSingle(value));
        }
    }

    [Theory]
    [InlineData(65519.996f, 0x7BFF)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1e-30f, 0)]
    public void FromSingle_Edge_GivesBits(float value, int expected) => Assert.Equal((ushort)expected, Fp16.FromSingle(value));

    [Theory]
    [InlineData(65520f)]
    [InlineData(-65520f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void FromSingle_TooLarge_IsNonFinite(float value)
    {
        NonFiniteException exception = Assert.Throws<NonFiniteException>(() => Fp16.FromSingle([0f, value], new ushort[2]));
        Assert.Equal(("fp16", 1), (exception.Operator, exception.Index));
    }
}

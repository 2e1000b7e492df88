namespace TeeTee.Numerics;

/// <summary>IEEE binary16 as the KV cache and the weight scales store it (ruling 16).</summary>
public static class Fp16
{
    private const uint MagnitudeMask = 0x7FFF_FFFF;
    private const uint OverflowBits = 0x477F_F000;
    private const uint SmallestNormalBits = 0x3880_0000;

    /// <summary>Widens exactly; subnormal halves and signed zeros included.</summary>
    public static float ToSingle(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>Rounds to nearest even, keeping subnormal halves and -0.</summary>
    /// <exception cref="NonFiniteException">The magnitude is 65,520 or more, or the value is a NaN.</exception>
    public static ushort FromSingle(float value, int index = 0)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint magnitude = bits & MagnitudeMask;
        if (magnitude >= OverflowBits)
            throw new NonFiniteException("fp16", index);
        uint half = magnitude >= SmallestNormalBits ? RoundNormal(magnitude) : RoundSubnormal(magnitude);
        return (ushort)(((bits >> 16) & 0x8000) | half);
    }

    /// <summary>Rounds a vector.</summary>
    /// <exception cref="NonFiniteException">Names the first element that does not fit.</exception>
    public static void FromSingle(ReadOnlySpan<float> values, Span<ushort> halves)
    {
        Shape.RequireEqual(halves.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
            halves[i] = FromSingle(values[i], i);
    }

    // Rebias the exponent from 127 to 15, then drop 13 bits to nearest even; a carry runs into the exponent as it should.
    private static uint RoundNormal(uint magnitude)
    {
        uint rebiased = magnitude - (112u << 23);
        return (rebiased + 0x0FFF + ((rebiased >> 13) & 1)) >> 13;
    }

    // Adding 0.5 leaves the multiple of 2^-24 in the low bits of the sum, rounded to nearest even by the addition itself.
    private static uint RoundSubnormal(uint magnitude)
    {
        float sum = BitConverter.UInt32BitsToSingle(magnitude) + 0.5f;
        return BitConverter.SingleToUInt32Bits(sum) - 0x3F00_0000;
    }
}

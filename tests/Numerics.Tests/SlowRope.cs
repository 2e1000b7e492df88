using System.Numerics;

namespace TeeTee.Numerics.Tests;

/// <summary>
/// A second, slow definition of one rotary entry for power-of-two pair counts: the base's power by repeated square roots
/// and products, the angle halved until small, Taylor series and angle doubling; 640 bits, no logarithm and no pi.
/// </summary>
internal static class SlowRope
{
    private const int Bits = 640;
    private const int Halvings = 40;
    private static readonly BigInteger s_one = BigInteger.One << Bits;

    public static (float Cosine, float Sine) Entry(int position, int pair, int pairs, float frequencyBase, float divisor)
    {
        BigInteger root = Exact(frequencyBase);
        for (int i = pairs; i > 1; i /= 2)
            root = SquareRoot(root << Bits);
        BigInteger power = s_one;
        for (int i = 0; i < pair; i++)
            power = (power * root) >> Bits;
        BigInteger angle = (position * s_one << Bits) / power * s_one / Exact(divisor) >> Halvings;
        (BigInteger cosine, BigInteger sine) = Series(angle);
        for (int i = 0; i < Halvings; i++)
            (cosine, sine) = ((cosine * cosine - sine * sine) >> Bits, (2 * sine * cosine) >> Bits);
        return (Nearest(cosine), Nearest(sine));
    }

    private static BigInteger Exact(float value) => new BigInteger((double)value * 1073741824) * (s_one >> 30);

    private static (BigInteger Cosine, BigInteger Sine) Series(BigInteger x)
    {
        (BigInteger cosine, BigInteger sine) = (0, 0);
        BigInteger term = s_one;
        for (int i = 0; i < 60; i++)
        {
            if (i % 2 == 0)
                cosine += i % 4 == 0 ? term : -term;
            else
                sine += i % 4 == 1 ? term : -term;
            term = (term * x >> Bits) / (i + 1);
        }
        return (cosine, sine);
    }

    private static BigInteger SquareRoot(BigInteger square)
    {
        BigInteger guess = BigInteger.One << (int)((square.GetBitLength() + 1) / 2 + 1);
        while (true)
        {
            BigInteger next = (guess + square / guess) >> 1;
            if (next >= guess)
                return guess;
            guess = next;
        }
    }

    /// <summary>The nearest binary32 by comparing distances with both neighbours of an approximation.</summary>
    private static float Nearest(BigInteger value)
    {
        float start = (float)((double)(value >> (Bits - 200)) * Math.Pow(2, -200));
        float best = start;
        foreach (float candidate in (ReadOnlySpan<float>)[MathF.BitDecrement(start), MathF.BitIncrement(start)])
        {
            if (Distance(candidate, value) < Distance(best, value))
                best = candidate;
        }
        return best;
    }

    private static BigInteger Distance(float candidate, BigInteger value) =>
        BigInteger.Abs(new BigInteger(Math.ScaleB(candidate, 200)) * (s_one >> 200) - value);
}

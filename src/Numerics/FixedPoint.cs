using System.Numerics;

namespace TeeTee.Numerics;

/// <summary>
/// Elementary functions on integers scaled by 2^bits. Every result is within a few thousand units of the last place, which
/// <see cref="RopeTable"/> bounds generously; nothing here depends on the machine.
/// </summary>
internal sealed class FixedPoint
{
    private readonly BigInteger _ln2;
    private readonly BigInteger _halfPi;

    public FixedPoint(int bits)
    {
        Bits = bits;
        One = BigInteger.One << bits;
        _ln2 = 2 * ArcTanh(One / 3);
        _halfPi = 2 * (4 * ArcTanInverse(5) - ArcTanInverse(239));
    }

    public int Bits { get; }

    public BigInteger One { get; }

    public BigInteger Multiply(BigInteger a, BigInteger b) => (a * b) >> Bits;

    public BigInteger Divide(BigInteger a, BigInteger b) => (a << Bits) / b;

    /// <summary>A binary32 number, exact while its last bit is worth at least 2^-bits.</summary>
    public BigInteger FromSingle(float value)
    {
        (BigInteger mantissa, int exponent) = Decompose(value);
        return exponent + Bits >= 0 ? mantissa << (exponent + Bits) : mantissa >> -(exponent + Bits);
    }

    /// <summary>Natural logarithm of a binary32 number of at least 1.</summary>
    public BigInteger Ln(float value)
    {
        (BigInteger mantissa, int exponent) = Decompose(value);
        int power = (int)mantissa.GetBitLength() - 1;
        BigInteger scaled = mantissa << (Bits - power);
        return 2 * ArcTanh(Divide(scaled - One, scaled + One)) + (exponent + power) * _ln2;
    }

    /// <summary>e to the power of -x for x >= 0.</summary>
    public BigInteger ExpNegative(BigInteger x)
    {
        int power = (int)(x / _ln2);
        BigInteger rest = x - power * _ln2;
        BigInteger sum = One;
        BigInteger term = One;
        for (int i = 1; !term.IsZero && term != BigInteger.MinusOne; i++)
        {
            term = -Multiply(term, rest) / i;
            sum += term;
        }
        return sum >> power;
    }

    /// <summary>Cosine and sine of x >= 0 by reduction to the eighth of a circle around an axis.</summary>
    public (BigInteger Cosine, BigInteger Sine) CosSin(BigInteger x)
    {
        BigInteger quadrant = (x + (_halfPi >> 1)) / _halfPi;
        BigInteger rest = x - quadrant * _halfPi;
        BigInteger square = Multiply(rest, rest);
        BigInteger cosine = Alternating(One, square, 1);
        BigInteger sine = Alternating(rest, square, 2);
        return (int)(quadrant % 4) switch
        {
            0 => (cosine, sine),
            1 => (-sine, cosine),
            2 => (-cosine, -sine),
            _ => (sine, -cosine),
        };
    }

    private static (BigInteger Mantissa, int Exponent) Decompose(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        int exponent = (int)(bits >> 23);
        return exponent == 0 ? (bits, -149) : ((bits & 0x7F_FFFF) | 0x80_0000, exponent - 150);
    }

    /// <summary>term - term x^2/(k(k+1)) + ..., the Taylor series of cosine (k = 1) and sine (k = 2).</summary>
    private BigInteger Alternating(BigInteger term, BigInteger square, int k)
    {
        BigInteger sum = term;
        for (; !term.IsZero && term != BigInteger.MinusOne; k += 2)
        {
            term = -Multiply(term, square) / (k * (k + 1));
            sum += term;
        }
        return sum;
    }

    private BigInteger ArcTanh(BigInteger x)
    {
        BigInteger square = Multiply(x, x);
        BigInteger sum = x;
        BigInteger power = x;
        for (int i = 3; !power.IsZero; i += 2)
        {
            power = Multiply(power, square);
            sum += power / i;
        }
        return sum;
    }

    /// <summary>arctan(1/n), for Machin's formula.</summary>
    private BigInteger ArcTanInverse(int n)
    {
        BigInteger power = One / n;
        BigInteger sum = power;
        for (int i = 3; !power.IsZero; i += 2)
        {
            power = -power / (n * n);
            sum += power / i;
        }
        return sum;
    }
}

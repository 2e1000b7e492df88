using System.Numerics;

namespace TeeTee.Numerics;

/// <summary>
/// The committed table of the rotary embedding (arithmetic ruling 18): cosine and sine of
/// p * base^(-2i/n) / divisor_i, correctly rounded to binary32 from the exact real number, so that every importer gets
/// the same bits. Computed in 256-bit fixed point; an entry whose rounding that leaves open is computed again wider.
/// </summary>
public sealed class RopeTable
{
    private const int FirstBits = 256;
    private const int MaxPositions = 1 << 24;

    /// <summary>
    /// Bits of error allowed for: 2^12 units in an angle, times 2^10 for the least divisor, times 2^24 positions, and a margin.
    /// </summary>
    private const int ErrorBits = 56;

    private readonly float[] _cosines;
    private readonly float[] _sines;

    private RopeTable(int positions, int pairs)
    {
        (Positions, Pairs) = (positions, pairs);
        _cosines = new float[checked(positions * pairs)];
        _sines = new float[positions * pairs];
    }

    /// <summary>Rows.</summary>
    public int Positions { get; }

    /// <summary>Columns: half of the rotated dimensions.</summary>
    public int Pairs { get; }

    /// <summary>[positions x pairs], row-major.</summary>
    public ReadOnlyMemory<float> Cosines => _cosines;

    /// <summary>[positions x pairs], row-major.</summary>
    public ReadOnlyMemory<float> Sines => _sines;

    /// <summary>True for bases in [1, 2^64].</summary>
    public static bool IsSupportedBase(float value) => value is >= 1f and <= 18446744073709551616f;

    /// <summary>True for divisors in [2^-10, 2^64].</summary>
    public static bool IsSupportedDivisor(float value) => value is >= 0.0009765625f and <= 18446744073709551616f;

    /// <summary>Computes the table.</summary>
    /// <param name="positions">Rows, 1 to 2^24.</param>
    /// <param name="frequencyBase">The base, exact as stored in the model.</param>
    /// <param name="divisors">One per pair; their number gives n/2.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static RopeTable Create(int positions, float frequencyBase, ReadOnlySpan<float> divisors)
    {
        if (positions is < 1 or > MaxPositions)
            throw new ArgumentOutOfRangeException(nameof(positions), positions, $"1 to {MaxPositions} positions are possible.");
        if (!IsSupportedBase(frequencyBase))
            throw new ArgumentOutOfRangeException(nameof(frequencyBase), frequencyBase, "The base must be in [1, 2^64].");
        foreach (float divisor in divisors)
        {
            if (!IsSupportedDivisor(divisor))
                throw new ArgumentOutOfRangeException(nameof(divisors), divisor, "A divisor must be in [2^-10, 2^64].");
        }
        RopeTable table = new(positions, divisors.Length);
        float[] copy = divisors.ToArray();
        FixedPoint arithmetic = new(FirstBits);
        BigInteger logarithm = arithmetic.Ln(frequencyBase);
        Parallel.For(0, copy.Length, pair => table.FillColumn(arithmetic, logarithm, frequencyBase, copy, pair));
        return table;
    }

    /// <summary>Correctly rounded value of a fixed-point number known to within an error, or false where that leaves two.</summary>
    internal static bool TryRound(BigInteger value, BigInteger error, int bits, out float rounded)
    {
        rounded = Round(value - error, bits);
        return rounded == Round(value + error, bits);
    }

    private static BigInteger Angle(FixedPoint arithmetic, BigInteger logarithm, float[] divisors, int pair)
    {
        BigInteger frequency = arithmetic.ExpNegative(logarithm * pair / divisors.Length);
        return arithmetic.Divide(frequency, arithmetic.FromSingle(divisors[pair]));
    }

    /// <summary>Nearest binary32, ties to even, subnormals included; never -0.</summary>
    private static float Round(BigInteger value, int bits)
    {
        BigInteger magnitude = BigInteger.Abs(value);
        int shift = Math.Max((int)magnitude.GetBitLength() - 24, bits - 149);
        BigInteger kept = magnitude >> shift;
        BigInteger twiceRest = (magnitude - (kept << shift)) << 1;
        int comparison = twiceRest.CompareTo(BigInteger.One << shift);
        if (comparison > 0 || (comparison == 0 && !kept.IsEven))
            kept += 1;
        double result = Math.ScaleB((double)kept, shift - bits);
        return value.Sign < 0 && !kept.IsZero ? (float)-result : (float)result;
    }

    /// <summary>One pair over all positions: each row turns the one before by the pair's angle.</summary>
    private void FillColumn(FixedPoint arithmetic, BigInteger logarithm, float frequencyBase, float[] divisors, int pair)
    {
        (BigInteger stepCosine, BigInteger stepSine) = arithmetic.CosSin(Angle(arithmetic, logarithm, divisors, pair));
        BigInteger error = BigInteger.One << ErrorBits;
        BigInteger cosine = arithmetic.One;
        BigInteger sine = BigInteger.Zero;
        _cosines[pair] = 1f;
        for (int position = 1; position < Positions; position++)
        {
            (cosine, sine) = ((cosine * stepCosine - sine * stepSine) >> FirstBits, (sine * stepCosine + cosine * stepSine) >> FirstBits);
            int index = position * Pairs + pair;
            if (!TryRound(cosine, error, FirstBits, out _cosines[index]) || !TryRound(sine, error, FirstBits, out _sines[index]))
                (_cosines[index], _sines[index]) = ComputeWider(position, frequencyBase, divisors, pair);
        }
    }

    /// <summary>
    /// One entry from scratch with more and more bits. It ends: cosine and sine of a non-zero algebraic number are
    /// transcendental (Lindemann), hence never a tie.
    /// </summary>
    private static (float Cosine, float Sine) ComputeWider(int position, float frequencyBase, float[] divisors, int pair)
    {
        for (int bits = 2 * FirstBits; ; bits *= 2)
        {
            FixedPoint arithmetic = new(bits);
            BigInteger angle = position * Angle(arithmetic, arithmetic.Ln(frequencyBase), divisors, pair);
            (BigInteger cosine, BigInteger sine) = arithmetic.CosSin(angle);
            BigInteger error = BigInteger.One << ErrorBits;
            if (TryRound(cosine, error, bits, out float roundedCosine) && TryRound(sine, error, bits, out float roundedSine))
                return (roundedCosine, roundedSine);
        }
    }
}

using System.Numerics;

namespace TeeTee.Numerics.Tests;

public class MatrixVectorTests
{
    [Fact]
    public void BlockDot_Extremes_IsExact()
    {
        byte[] weights = [.. Enumerable.Repeat((byte)0x80, 32)];
        sbyte[] q = [.. Enumerable.Repeat((sbyte)127, 32)];
        Assert.Equal(-520_192, MatrixVector.BlockDot(weights, q));
    }

    [Fact]
    public void RowDot_RandomRows_EqualsOneRoundingPerBlock()
    {
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            int blocks = random.Next(1, 9);
            (byte[] row, sbyte[] q, float[] scales) = Inputs(random, blocks);
            float expected = 0f;
            for (int b = 0; b < blocks; b++)
            {
                int dot = Enumerable.Range(0, 32).Sum(i => (sbyte)row[b * 34 + 2 + i] * q[b * 32 + i]);
                float scale = (float)BitConverter.ToHalf(row, b * 34) * scales[b];
                expected = ExactFma(dot, scale, expected);
            }
            Assert.Equal(expected, MatrixVector.RowDot(row, q, scales));
        }
    }

    [Fact]
    public void Accumulate_PageByPage_EqualsWholeRow()
    {
        (byte[] row, sbyte[] q, float[] scales) = Inputs(new Random(4), 8);
        float first = MatrixVector.Accumulate(row.AsSpan(0, 3 * 34), q.AsSpan(0, 96), scales.AsSpan(0, 3), 0f);
        float whole = MatrixVector.Accumulate(row.AsSpan(3 * 34), q.AsSpan(96), scales.AsSpan(3), first);
        Assert.Equal(MatrixVector.RowDot(row, q, scales), whole);
    }

    [Fact]
    public void RowDot_OverflowingScale_IsNonFinite()
    {
        byte[] row = new byte[34];
        (row[0], row[1], row[2]) = (0xFF, 0x7B, 127);
        sbyte[] q = new sbyte[32];
        q[0] = 127;
        Assert.Throws<NonFiniteException>(() => MatrixVector.RowDot(row, q, [1e35f]));
    }

    [Fact]
    public void RowDot_WrongLength_Throws() =>
        Assert.Throws<ArgumentException>(() => MatrixVector.RowDot(new byte[33], new sbyte[32], new float[1]));

    // Integers only: value = numerator * 2^exponent, rounded once to 24 bits, half to even. Inputs keep the result normal.
    private static float ExactFma(float a, float b, float c)
    {
        (BigInteger na, int ea) = Split(a);
        (BigInteger nb, int eb) = Split(b);
        (BigInteger nc, int ec) = Split(c);
        int exponent = Math.Min(ea + eb, ec);
        BigInteger sum = ((na * nb) << (ea + eb - exponent)) + (nc << (ec - exponent));
        int shift = (int)BigInteger.Abs(sum).GetBitLength() - 24;
        if (shift <= 0)
            return MathF.ScaleB((float)(long)sum, exponent);
        BigInteger half = BigInteger.One << (shift - 1);
        BigInteger magnitude = BigInteger.Abs(sum);
        BigInteger quotient = magnitude >> shift;
        BigInteger rest = magnitude - (quotient << shift);
        if (rest > half || (rest == half && !quotient.IsEven))
            quotient++;
        return MathF.ScaleB((float)(long)quotient * sum.Sign, exponent + shift);
    }

    private static (BigInteger Numerator, int Exponent) Split(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        int exponent = (int)((bits >> 23) & 0xFF);
        long fraction = bits & 0x7F_FFFF;
        long magnitude = exponent == 0 ? fraction : fraction | 0x80_0000;
        return ((bits >> 31) == 0 ? magnitude : -magnitude, Math.Max(exponent, 1) - 150);
    }

    private static (byte[] Row, sbyte[] Q, float[] Scales) Inputs(Random random, int blocks)
    {
        byte[] row = new byte[blocks * 34];
        random.NextBytes(row);
        for (int b = 0; b < blocks; b++)
            BitConverter.TryWriteBytes(row.AsSpan(b * 34), (Half)(random.NextSingle() - 0.5f));
        sbyte[] q = [.. Enumerable.Range(0, blocks * 32).Select(_ => (sbyte)random.Next(-127, 128))];
        return (row, q, [.. Enumerable.Range(0, blocks).Select(_ => random.NextSingle() + 0.01f)]);
    }
}

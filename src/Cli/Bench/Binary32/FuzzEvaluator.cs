using System.Buffers.Binary;
using TeeTee.Numerics;

namespace TeeTee.Cli.Bench.Binary32;

/// <summary>The results that the chain must give: hardware arithmetic and TeeTee.Numerics. Every NaN is 0x7FC00000.</summary>
internal static class FuzzEvaluator
{
    private const uint Sign = 0x8000_0000;
    private const uint Magnitude = 0x7FFF_FFFF;
    private const uint Infinity = 0x7F80_0000;
    private const uint NotANumber = 0x7FC0_0000;
    private const ulong DigestMultiplier = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The digest of the results of a range of draws, three cases of each: d = d * multiplier + result, from 0.</summary>
    public static ulong Digest(FuzzOperation operation, ulong seed, ulong first, ulong count)
    {
        ulong digest = 0;
        for (ulong index = first; index < first + count; index++)
        {
            FuzzCase x = FuzzCases.Draw(operation, seed, index);
            digest = digest * DigestMultiplier + Evaluate(operation, x);
            digest = digest * DigestMultiplier + Evaluate(operation, x.Rotated(1));
            digest = digest * DigestMultiplier + Evaluate(operation, x.Rotated(2));
        }
        return digest;
    }

    /// <summary>The result of one case; 32 bits except where the operation has more to say.</summary>
    public static ulong Evaluate(FuzzOperation operation, FuzzCase x)
    {
        (float a, float b, float c) = (Number(x.A), Number(x.B), Number(x.C));
        return operation switch
        {
            FuzzOperation.Add => Bits(a + b),
            FuzzOperation.Sub => Bits(a - b),
            FuzzOperation.Mul or FuzzOperation.Planted => Bits(a * b),
            FuzzOperation.Fma => Bits(MathF.FusedMultiplyAdd(a, b, c)),
            FuzzOperation.Div => Bits(a / b),
            FuzzOperation.Sqrt => Bits(MathF.Sqrt(a)),
            FuzzOperation.Compare => Compare(x.A, x.B),
            FuzzOperation.FromInt => Bits((int)x.A >> (int)((x.Mode >> 8) & 31)),
            FuzzOperation.ToInt => ToInt(x.A),
            FuzzOperation.FromHalf => Bits(Fp16.ToSingle((ushort)x.A)),
            FuzzOperation.ToHalf => ToHalf(x.A),
            FuzzOperation.FmaInt => Bits(MathF.FusedMultiplyAdd((int)x.A >> (int)(8 + ((x.Mode >> 12) & 15)), b, c)),
            FuzzOperation.MulHalf => Bits(Fp16.ToSingle((ushort)(x.A >> 16)) * b),
            FuzzOperation.ExpNeg => ExpNeg(x),
            FuzzOperation.Ln => Ln(x.A),
            FuzzOperation.Quantize => Quantize(x.A, x.B),
            FuzzOperation.Philox => Philox(x),
            FuzzOperation.Noise => Noise(x),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "no such operation"),
        };
    }

    /// <summary>The product's bits.</summary>
    public static uint Product(uint a, uint b) => Bits(Number(a) * Number(b));

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static uint Bits(float value) => float.IsNaN(value) ? NotANumber : BitConverter.SingleToUInt32Bits(value);

    private static ulong Compare(uint x, uint y)
    {
        (float a, float b) = (Number(x), Number(y));
        ulong r = (ulong)(Ordered(y) > Ordered(x) ? y : x) << 32;
        return r | (a < b ? 1u : 0) | (a <= b ? 2u : 0) | (a == b ? 4u : 0) | (float.IsFinite(a) ? 8u : 0);
    }

    // Ruling 11.
    private static int Ordered(uint bits) => (int)bits ^ (((int)bits >> 31) & 0x7FFF_FFFF);

    private static ulong ToInt(uint a)
    {
        if ((a & Magnitude) >= 0x4F00_0000)
            a &= 0xBFFF_FFFF;
        return (uint)(long)MathF.Round(Number(a), MidpointRounding.ToEven);
    }

    private static ulong ToHalf(uint a) => (a & Magnitude) >= 0x477F_F000 ? 0x1_0000u : Fp16.FromSingle(Number(a));

    private static ulong ExpNeg(FuzzCase x)
    {
        uint a = x.A;
        if ((x.Mode & 0x1000) == 0)
            a = 0x3600_0000 + (uint)((ulong)a * 0x0CB0_0000 >> 32);
        a |= Sign;
        return Bits(CanonicalExp.ExpNeg(Number(Math.Min(a, 0xFF80_0000))));
    }

    private static ulong Ln(uint a)
    {
        a &= Magnitude;
        return Bits(CanonicalLog.Ln(Number(a is < 0x0080_0000 or >= Infinity ? (a & 0x01FF_FFFF) | 0x4000_0000 : a)));
    }

    // The quantiser of the engine takes a block: the largest element, the one that is asked for, and zeros.
    private static ulong Quantize(uint a, uint b)
    {
        a &= Magnitude;
        if (a >= Infinity)
            a &= 0x3FFF_FFFF;
        if ((b & Magnitude) > a)
            b = (b & Sign) | (b % (a + 1));
        Span<sbyte> q = stackalloc sbyte[BlockQuantizer.BlockSize];
        uint scale = Bits(BlockQuantizer.QuantizeBlock([Number(a), Number(b)], q));
        uint inverse = a < BlockQuantizer.TinyBits ? 0 : Bits(127f / Number(a));
        return ((ulong)scale << 32) ^ inverse ^ ((ulong)(long)q[1] << 56);
    }

    private static ulong Philox(FuzzCase x)
    {
        (uint w0, uint w1, uint w2, uint w3) = Philox4x32.Generate(x.A, x.B, x.C, x.Mode, x.B, x.C);
        return (w0 | ((ulong)w1 << 32)) ^ (w2 | ((ulong)w3 << 32));
    }

    private static ulong Noise(FuzzCase x)
    {
        Span<byte> seed = stackalloc byte[GumbelNoise.SeedBytes];
        seed.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(seed, x.A);
        BinaryPrimitives.WriteUInt32BigEndian(seed[4..], x.B);
        BinaryPrimitives.WriteUInt32BigEndian(seed[8..], x.C);
        BinaryPrimitives.WriteUInt32BigEndian(seed[12..], x.Mode);
        return Bits(new GumbelNoise(seed, x.A ^ x.C).At(x.B ^ x.Mode));
    }
}

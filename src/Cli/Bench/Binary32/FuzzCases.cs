
namespace TeeTee.Cli.Bench.Binary32;

/// <summary>Draws operands by number, bit for bit as contracts/src/bench/Binary32Fuzz.sol does.</summary>
internal static class FuzzCases
{
    private const uint Sign = 0x8000_0000;
    private static readonly UInt128 s_scramble1 = new(0x9E37_79B9_7F4A_7C15, 0xF39C_C060_5CED_C835);
    private static readonly UInt128 s_scramble2 = new(0xDA94_2042_E4DD_58B5, 0xA076_1D64_78BD_642F);

    private static readonly uint[] s_specials =
    [
        0x0000_0000, 0x0000_0001, 0x0000_0002, 0x0000_0003, 0x0040_0000, 0x007F_FFFF, 0x0080_0000, 0x0080_0001,
        0x00FF_FFFF, 0x0100_0000, 0x0D7F_FFFF, 0x0D80_0000, 0x1F80_0000, 0x2000_0001, 0x3300_0000, 0x3380_0000,
        0x3380_0001, 0x3EFF_FFFF, 0x3F00_0000, 0x3F7F_FFFF, 0x3F80_0000, 0x3F80_0001, 0x3FC0_0000, 0x4000_0000,
        0x42FE_0000, 0x477F_EFFF, 0x477F_F000, 0x4B7F_FFFF, 0x4B80_0000, 0x7F7F_FFFF, 0x7F80_0000, 0x7F80_0001,
    ];

    /// <summary>One draw; the three cases of it are its rotations.</summary>
    public static FuzzCase Draw(FuzzOperation operation, ulong seed, ulong index)
    {
        UInt128 x = new UInt128(seed, index) * s_scramble1;
        x = (x ^ (x >> 64)) * s_scramble2;
        x ^= x >> 64;
        FuzzCase raw = new((uint)x, (uint)(x >> 32), (uint)(x >> 64), (uint)(x >> 96));
        return (raw.Mode & 7) switch
        {
            0 or 1 => raw,
            2 => NearExponents(raw),
            3 => MiddleExponents(raw),
            4 => Specials(raw),
            5 => MiddleExponents(ShortSignificands(raw)),
            6 => SmallExponents(raw),
            _ => ForOperation(operation, MiddleExponents(raw)),
        };
    }

    private static FuzzCase NearExponents(FuzzCase x)
    {
        uint e = Exponent(x.A);
        uint f = e + ((x.Mode >> 8) & 63) - 32;
        uint g = e + (f & 0xFF) - 191 + ((x.Mode >> 16) & 127);
        return x with { B = WithExponent(x.B, f), C = WithExponent(x.C, g) };
    }

    private static FuzzCase MiddleExponents(FuzzCase x) => x with { A = Middle(x.A), B = Middle(x.B), C = Middle(x.C) };

    private static FuzzCase Specials(FuzzCase x) => x with
    {
        A = (x.Mode & 0x100) != 0 ? Special(x.A) : x.A,
        B = (x.Mode & 0x200) != 0 ? Special(x.B) : x.B,
        C = (x.Mode & 0x400) != 0 ? Special(x.C) : x.C,
    };

    private static FuzzCase ShortSignificands(FuzzCase x) => x with
    {
        A = x.A & (0xFFFF_FFFF << (int)((x.Mode >> 8) & 31)),
        B = x.B & (0xFFFF_FFFF << (int)((x.Mode >> 16) & 31)),
        C = x.C & (0xFFFF_FFFF << (int)((x.Mode >> 24) & 31)),
    };

    private static FuzzCase SmallExponents(FuzzCase x) => x with { A = x.A & 0x81FF_FFFF, B = Middle(x.B), C = x.C & 0x87FF_FFFF };

    private static FuzzCase ForOperation(FuzzOperation operation, FuzzCase x)
    {
        uint step = ((x.Mode >> 8) & 7) - 3;
        uint end = ((x.Mode >> 20) & 1) * 254;
        switch (operation)
        {
            case FuzzOperation.Mul or FuzzOperation.MulHalf or FuzzOperation.Planted:
                return x with { B = WithExponent(x.B, end + 95 + ((x.Mode >> 8) & 63) - Exponent(x.A)) };
            case FuzzOperation.Div when (x.Mode & 0x800) == 0:
                return x with { A = FuzzEvaluator.Product(x.B, x.C) + step };
            case FuzzOperation.Div:
                return x with { B = WithExponent(x.B, Exponent(x.A) + 95 + ((x.Mode >> 12) & 63) - end) };
            case FuzzOperation.Sqrt:
                return x with { A = FuzzEvaluator.Product(x.B, x.B) + step };
            case FuzzOperation.Fma or FuzzOperation.FmaInt:
                return x with { C = (FuzzEvaluator.Product(x.A, x.B) ^ Sign) + step };
            default:
                return x with { B = (x.A ^ Sign) + step + ((x.Mode & 0x800) << 12) };
        }
    }

    private static uint Exponent(uint bits) => (bits >> 23) & 0xFF;

    private static uint WithExponent(uint bits, uint exponent) => (bits & 0x807F_FFFF) | ((exponent & 0xFF) << 23);

    private static uint Middle(uint bits) => (bits & 0x9FFF_FFFF) + 0x3000_0000;

    private static uint Special(uint bits) => s_specials[bits & 31] | ((bits & 32) != 0 ? Sign : 0);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>Eight lanes in a 256-bit vector: AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Lanes256>
{
    private readonly Vector256<float> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes256(Vector256<float> value) => _v = value;

    public static int Count => 8;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Bits(uint bits) => new(Vector256.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source));

    // Sign-extended, shifted so that exponent and fraction are in place, then freed of the bias of 127 - 15 by an exact multiplication.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadHalves(ushort* source)
    {
        Vector256<int> wide = Avx2.ConvertToVector256Int32(Vector128.Load((short*)source));
        Vector256<int> bits = Vector256.ShiftLeft(wide, 13) & Vector256.Create(unchecked((int)0x8FFF_E000));
        return new(bits.AsSingle() * Vector256.Create(0x7780_0000u).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator &(Lanes256 a, Lanes256 b) => new(a._v & b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator |(Lanes256 a, Lanes256 b) => new(a._v | b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator ^(Lanes256 a, Lanes256 b) => new(a._v ^ b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Vector256.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Round(Lanes256 value) => new(Vector256.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) => new(Vector256.MaxNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LessThan(Lanes256 a, Lanes256 b) => new(Vector256.LessThan(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 a, Lanes256 b) => new(Vector256.ConditionalSelect(mask._v, a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAnyNaN(Lanes256 value) => !Vector256.EqualsAll(value._v, value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ToInt(Lanes256 value) => new(Vector256.ConvertToInt32Native(value._v).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 FromInt(Lanes256 value) => new(Vector256.ConvertToSingle(value._v.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddInt(Lanes256 a, Lanes256 b) => new((a._v.AsInt32() + b._v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SubtractInt(Lanes256 a, Lanes256 b) => new((a._v.AsInt32() - b._v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MaxUnsigned(Lanes256 a, Lanes256 b) => new(Vector256.Max(a._v.AsUInt32(), b._v.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftLeft(Lanes256 value, int count) => new(Vector256.ShiftLeft(value._v.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRightSigned(Lanes256 value, int count) => new(Vector256.ShiftRightArithmetic(value._v.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRightUnsigned(Lanes256 value, int count) => new(Vector256.ShiftRightLogical(value._v.AsUInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyEvenUnsigned(Lanes256 a, Lanes256 b) => new(Avx2.Multiply(a._v.AsUInt32(), b._v.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 OddToEven(Lanes256 value) => new(Vector256.ShiftRightLogical(value._v.AsUInt64(), 32).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 EvenToOdd(Lanes256 value) => new(Vector256.ShiftLeft(value._v.AsUInt64(), 32).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 EvenOf(Lanes256 value) => new((value._v.AsUInt64() & Vector256.Create(0xFFFF_FFFFul)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 RepeatEven(Lanes256 value) => new(Vector256.Shuffle(value._v, Vector256.Create(0, 0, 2, 2, 4, 4, 6, 6)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 RepeatOdd(Lanes256 value) => new(Vector256.Shuffle(value._v, Vector256.Create(1, 1, 3, 3, 5, 5, 7, 7)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 InterleaveLow(Lanes256 a, Lanes256 b) => new(Avx.UnpackLow(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 InterleaveHigh(Lanes256 a, Lanes256 b) => new(Avx.UnpackHigh(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LowPairs(Lanes256 a, Lanes256 b) => new(Avx.UnpackLow(a._v.AsDouble(), b._v.AsDouble()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 HighPairs(Lanes256 a, Lanes256 b) => new(Avx.UnpackHigh(a._v.AsDouble(), b._v.AsDouble()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumInt(Lanes256 value) => Vector256.Sum(value._v.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LargestUnsigned(Lanes256 value) =>
        Lanes128.LargestUnsigned(new Lanes128(Vector128.Max(value._v.AsUInt32().GetLower(), value._v.AsUInt32().GetUpper()).AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes256 value) =>
        Lanes128.Largest(new Lanes128(Vector128.MaxNative(value._v.GetLower(), value._v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => _v.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes(sbyte* target)
    {
        Vector128<short> pairs = Vector128.Narrow(_v.AsInt32().GetLower(), _v.AsInt32().GetUpper());
        *(ulong*)target = Vector128.Narrow(pairs, pairs).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalves(ushort* target) =>
        Vector128.Narrow(_v.AsUInt32().GetLower(), _v.AsUInt32().GetUpper()).Store(target);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>Sixteen lanes in a 512-bit vector: AVX-512, whose registers make fma part of the set.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Lanes512>
{
    private readonly Vector512<float> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512(Vector512<float> value) => _v = value;

    public static int Count => 16;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Bits(uint bits) => new(Vector512.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    // Sign-extended, shifted so that exponent and fraction are in place, then freed of the bias of 127 - 15 by an exact multiplication.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadHalves(ushort* source)
    {
        Vector512<int> wide = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source));
        Vector512<int> bits = Vector512.ShiftLeft(wide, 13) & Vector512.Create(unchecked((int)0x8FFF_E000));
        return new(bits.AsSingle() * Vector512.Create(0x7780_0000u).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator &(Lanes512 a, Lanes512 b) => new(a._v & b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator |(Lanes512 a, Lanes512 b) => new(a._v | b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator ^(Lanes512 a, Lanes512 b) => new(a._v ^ b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Round(Lanes512 value) => new(Vector512.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.MaxNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LessThan(Lanes512 a, Lanes512 b) => new(Vector512.LessThan(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Select(Lanes512 mask, Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(mask._v, a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAnyNaN(Lanes512 value) => !Vector512.EqualsAll(value._v, value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ToInt(Lanes512 value) => new(Vector512.ConvertToInt32Native(value._v).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 FromInt(Lanes512 value) => new(Vector512.ConvertToSingle(value._v.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddInt(Lanes512 a, Lanes512 b) => new((a._v.AsInt32() + b._v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SubtractInt(Lanes512 a, Lanes512 b) => new((a._v.AsInt32() - b._v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MaxUnsigned(Lanes512 a, Lanes512 b) => new(Vector512.Max(a._v.AsUInt32(), b._v.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftLeft(Lanes512 value, int count) => new(Vector512.ShiftLeft(value._v.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftRightSigned(Lanes512 value, int count) => new(Vector512.ShiftRightArithmetic(value._v.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftRightUnsigned(Lanes512 value, int count) => new(Vector512.ShiftRightLogical(value._v.AsUInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyEvenUnsigned(Lanes512 a, Lanes512 b) => new(Avx512F.Multiply(a._v.AsUInt32(), b._v.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 OddToEven(Lanes512 value) => new(Vector512.ShiftRightLogical(value._v.AsUInt64(), 32).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 EvenToOdd(Lanes512 value) => new(Vector512.ShiftLeft(value._v.AsUInt64(), 32).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 EvenOf(Lanes512 value) => new((value._v.AsUInt64() & Vector512.Create(0xFFFF_FFFFul)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 RepeatEven(Lanes512 value) =>
        new(Vector512.Shuffle(value._v, Vector512.Create(0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 RepeatOdd(Lanes512 value) =>
        new(Vector512.Shuffle(value._v, Vector512.Create(1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 InterleaveLow(Lanes512 a, Lanes512 b) => new(Avx512F.UnpackLow(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 InterleaveHigh(Lanes512 a, Lanes512 b) => new(Avx512F.UnpackHigh(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LowPairs(Lanes512 a, Lanes512 b) => new(Avx512F.UnpackLow(a._v.AsDouble(), b._v.AsDouble()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 HighPairs(Lanes512 a, Lanes512 b) => new(Avx512F.UnpackHigh(a._v.AsDouble(), b._v.AsDouble()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumInt(Lanes512 value) => Vector512.Sum(value._v.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LargestUnsigned(Lanes512 value) =>
        Lanes256.LargestUnsigned(new Lanes256(Vector256.Max(value._v.AsUInt32().GetLower(), value._v.AsUInt32().GetUpper()).AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes512 value) =>
        Lanes256.Largest(new Lanes256(Vector256.MaxNative(value._v.GetLower(), value._v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => _v.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes(sbyte* target)
    {
        Vector256<short> pairs = Vector256.Narrow(_v.AsInt32().GetLower(), _v.AsInt32().GetUpper());
        Vector128.Narrow(pairs.GetLower(), pairs.GetUpper()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalves(ushort* target) =>
        Vector256.Narrow(_v.AsUInt32().GetLower(), _v.AsUInt32().GetUpper()).Store(target);
}

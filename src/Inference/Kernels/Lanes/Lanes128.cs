using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>Four lanes in a 128-bit vector: SSE4.1 with FMA, or AdvSimd on Arm64.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Lanes128>
{
    private readonly Vector128<float> _v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes128(Vector128<float> value) => _v = value;

    public static int Count => 4;

    public static bool IsSupported => (Sse41.IsSupported && Fma.IsSupported) || AdvSimd.Arm64.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Bits(uint bits) => new(Vector128.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) => new(Vector128.Load(source));

    // Sign-extended, shifted so that exponent and fraction are in place, then freed of the bias of 127 - 15 by an exact multiplication.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadHalves(ushort* source)
    {
        Vector128<int> wide = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsInt16());
        Vector128<int> bits = Vector128.ShiftLeft(wide, 13) & Vector128.Create(unchecked((int)0x8FFF_E000));
        return new(bits.AsSingle() * Vector128.Create(0x7780_0000u).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator &(Lanes128 a, Lanes128 b) => new(a._v & b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator |(Lanes128 a, Lanes128 b) => new(a._v | b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator ^(Lanes128 a, Lanes128 b) => new(a._v ^ b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(Vector128.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Round(Lanes128 value) => new(Vector128.Round(value._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 a, Lanes128 b) => new(Vector128.MaxNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LessThan(Lanes128 a, Lanes128 b) => new(Vector128.LessThan(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Select(Lanes128 mask, Lanes128 a, Lanes128 b) => new(Vector128.ConditionalSelect(mask._v, a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAnyNaN(Lanes128 value) => !Vector128.EqualsAll(value._v, value._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ToInt(Lanes128 value) => new(Vector128.ConvertToInt32Native(value._v).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 FromInt(Lanes128 value) => new(Vector128.ConvertToSingle(value._v.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddInt(Lanes128 a, Lanes128 b) => new((a._v.AsInt32() + b._v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SubtractInt(Lanes128 a, Lanes128 b) => new((a._v.AsInt32() - b._v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MaxUnsigned(Lanes128 a, Lanes128 b) => new(Vector128.Max(a._v.AsUInt32(), b._v.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftLeft(Lanes128 value, int count) => new(Vector128.ShiftLeft(value._v.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRightSigned(Lanes128 value, int count) => new(Vector128.ShiftRightArithmetic(value._v.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRightUnsigned(Lanes128 value, int count) => new(Vector128.ShiftRightLogical(value._v.AsUInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyEvenUnsigned(Lanes128 a, Lanes128 b)
    {
        if (Sse2.IsSupported)
            return new(Sse2.Multiply(a._v.AsUInt32(), b._v.AsUInt32()).AsSingle());
        return new(AdvSimd.MultiplyWideningLower(
            AdvSimd.ExtractNarrowingLower(a._v.AsUInt64()), AdvSimd.ExtractNarrowingLower(b._v.AsUInt64())).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 OddToEven(Lanes128 value) => new(Vector128.ShiftRightLogical(value._v.AsUInt64(), 32).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 EvenToOdd(Lanes128 value) => new(Vector128.ShiftLeft(value._v.AsUInt64(), 32).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 EvenOf(Lanes128 value) => new((value._v.AsUInt64() & Vector128.Create(0xFFFF_FFFFul)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 RepeatEven(Lanes128 value) => new(Vector128.Shuffle(value._v, Vector128.Create(0, 0, 2, 2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 RepeatOdd(Lanes128 value) => new(Vector128.Shuffle(value._v, Vector128.Create(1, 1, 3, 3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 InterleaveLow(Lanes128 a, Lanes128 b) => new(Sse.IsSupported ? Sse.UnpackLow(a._v, b._v) : AdvSimd.Arm64.ZipLow(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 InterleaveHigh(Lanes128 a, Lanes128 b) =>
        new(Sse.IsSupported ? Sse.UnpackHigh(a._v, b._v) : AdvSimd.Arm64.ZipHigh(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LowPairs(Lanes128 a, Lanes128 b) => new(Vector128.Create(a._v.GetLower(), b._v.GetLower()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 HighPairs(Lanes128 a, Lanes128 b) => new(Vector128.Create(a._v.GetUpper(), b._v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumInt(Lanes128 value) => Vector128.Sum(value._v.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LargestUnsigned(Lanes128 value)
    {
        Vector128<uint> four = value._v.AsUInt32();
        Vector128<uint> two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2u, 3, 0, 1)));
        return Vector128.Max(two, Vector128.Shuffle(two, Vector128.Create(1u, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes128 value)
    {
        Vector128<float> two = Vector128.MaxNative(value._v, Vector128.Shuffle(value._v, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => _v.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBytes(sbyte* target)
    {
        Vector128<short> pairs = Vector128.Narrow(_v.AsInt32(), _v.AsInt32());
        *(uint*)target = Vector128.Narrow(pairs, pairs).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalves(ushort* target) =>
        *(ulong*)target = Vector128.Narrow(_v.AsUInt32(), _v.AsUInt32()).AsUInt64().ToScalar();
}

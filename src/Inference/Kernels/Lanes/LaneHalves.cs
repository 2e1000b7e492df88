using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>Rounding to binary16 by integers, as <see cref="Fp16.FromSingle(float, int)"/> does it.</summary>
internal static unsafe class LaneHalves<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    private const uint OverflowBits = 0x477F_F000;

    /// <summary>Rounds whole vectors.</summary>
    /// <returns>False if a magnitude is 65,520 or more; the halves are then undefined.</returns>
    public static bool Store(float* x, ushort* halves, int count)
    {
        TLanes largest = default;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            TLanes value = TLanes.Load(x + i), magnitude = LaneMath<TLanes>.Magnitude(value);
            largest = TLanes.MaxUnsigned(largest, magnitude);
            TLanes half = TLanes.Select(TLanes.LessThan(magnitude, TLanes.Bits(0x3880_0000)), Subnormal(magnitude), Normal(magnitude));
            TLanes sign = TLanes.ShiftRightUnsigned(value, 16) & TLanes.Bits(0x8000);
            ((half | sign) & TLanes.Bits(0xFFFF)).StoreHalves(halves + i);
        }
        return TLanes.LargestUnsigned(largest) < OverflowBits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Normal(TLanes magnitude)
    {
        TLanes rebiased = TLanes.SubtractInt(magnitude, TLanes.Bits(112u << 23));
        TLanes odd = TLanes.ShiftRightUnsigned(rebiased, 13) & TLanes.Bits(1);
        return TLanes.ShiftRightUnsigned(TLanes.AddInt(rebiased, TLanes.AddInt(TLanes.Bits(0x0FFF), odd)), 13);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Subnormal(TLanes magnitude) => TLanes.SubtractInt(magnitude + TLanes.Create(0.5f), TLanes.Bits(0x3F00_0000));
}

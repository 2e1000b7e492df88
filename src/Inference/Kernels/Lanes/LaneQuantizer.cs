using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary><see cref="BlockQuantizer"/> over whole blocks.</summary>
internal static unsafe class LaneQuantizer<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    private const uint InfinityBits = 0x7F80_0000;

    /// <summary>Quantises blocks of 32: 32 bytes, a scale and the bytes' sum each.</summary>
    /// <returns>False as soon as a block holds an infinity or a NaN.</returns>
    public static bool Quantize(float* x, int blocks, sbyte* q, float* scales, int* sums)
    {
        for (int b = 0; b < blocks; b++, x += BlockQuantizer.BlockSize, q += BlockQuantizer.BlockSize)
        {
            uint largest = LargestMagnitude(x);
            if (largest >= InfinityBits)
                return false;
            float a = BitConverter.UInt32BitsToSingle(largest);
            bool tiny = largest < BlockQuantizer.TinyBits;
            // A tiny block is multiplied by zero, which gives zeros of either sign, hence the integer zero.
            sums[b] = Round(x, TLanes.Create(tiny ? 0f : 127f / a), q);
            scales[b] = tiny ? 0f : a / 127f;
        }
        return true;
    }

    /// <summary>Compared as unsigned integers, as the definition does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint LargestMagnitude(float* x)
    {
        TLanes largest = LaneMath<TLanes>.Magnitude(TLanes.Load(x));
        for (int i = TLanes.Count; i < BlockQuantizer.BlockSize; i += TLanes.Count)
            largest = TLanes.MaxUnsigned(largest, LaneMath<TLanes>.Magnitude(TLanes.Load(x + i)));
        return TLanes.LargestUnsigned(largest);
    }

    /// <summary>The clamp of the definition has nothing to do: |x * (127 / a)| rounds to 127 at most (docs/arithmetic.md).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Round(float* x, TLanes inverse, sbyte* q)
    {
        TLanes sum = default;
        for (int i = 0; i < BlockQuantizer.BlockSize; i += TLanes.Count)
        {
            TLanes whole = TLanes.ToInt(TLanes.Round(TLanes.Load(x + i) * inverse));
            sum = TLanes.AddInt(sum, whole);
            whole.StoreBytes(q + i);
        }
        return TLanes.SumInt(sum);
    }
}

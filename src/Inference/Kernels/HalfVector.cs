using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>Exact widening of eight finite binary16 values, subnormal and negative ones included.</summary>
internal static class HalfVector
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<float> Widen(ushort* halves)
    {
        // Sign-extend, move exponent and fraction into place, then undo the exponent bias of 127 - 15 by an exact multiplication.
        Vector256<int> wide = Vector256.Create(
            Vector128.WidenLower(Vector128.Load((short*)halves)), Vector128.WidenUpper(Vector128.Load((short*)halves)));
        Vector256<int> bits = Vector256.ShiftLeft(wide, 13) & Vector256.Create(unchecked((int)0x8FFF_E000));
        return bits.AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle(0x7780_0000));
    }

    /// <summary>Sixteen at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> Widen16(ushort* halves)
    {
        Vector512<int> wide = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)halves));
        Vector512<int> bits = Vector512.ShiftLeft(wide, 13) & Vector512.Create(unchecked((int)0x8FFF_E000));
        return bits.AsSingle() * Vector512.Create(BitConverter.UInt32BitsToSingle(0x7780_0000));
    }

    /// <summary>Four at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128<float> Widen4(ushort* halves)
    {
        Vector128<int> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)halves).AsInt16());
        Vector128<int> bits = Vector128.ShiftLeft(wide, 13) & Vector128.Create(unchecked((int)0x8FFF_E000));
        return bits.AsSingle() * Vector128.Create(BitConverter.UInt32BitsToSingle(0x7780_0000));
    }
}

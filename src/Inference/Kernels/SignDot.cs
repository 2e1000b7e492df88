using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Products of bytes as |w| * (a with w's sign), whose pair sums are at most 2 * 128 * 127 = 32,512, because activations never hold
/// -128: nothing saturates. The bias goes before the product, so there is nothing to correct.
/// </summary>
internal readonly struct SignDot : IByteDot256, IByteDot512
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Accumulate(Vector256<int> state, Vector256<byte> weights, Vector256<sbyte> activations)
    {
        Vector256<sbyte> w = (weights ^ Vector256.Create((byte)TileLayout.Q8Bias)).AsSByte();
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(w), Avx2.Sign(activations, w));
        return state + Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Total(Vector256<int> state, int correction) => state;

    // 512 bits have no sign instruction; a subtraction under a mask does it, and the compiler shares the mask among positions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Accumulate(Vector512<int> state, Vector512<byte> weights, Vector512<sbyte> activations)
    {
        Vector512<sbyte> w = (weights ^ Vector512.Create((byte)TileLayout.Q8Bias)).AsSByte();
        Vector512<sbyte> signed = Vector512.ConditionalSelect(
            Vector512.LessThan(w, Vector512<sbyte>.Zero), Vector512<sbyte>.Zero - activations, activations);
        Vector512<short> pairs = Avx512BW.MultiplyAddAdjacent(Avx512BW.Abs(w), signed);
        return state + Avx512BW.MultiplyAddAdjacent(pairs, Vector512<short>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Total(Vector512<int> state, int correction) => state;
}

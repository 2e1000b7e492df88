using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>Both packings with vpdpbusd of AVX-VNNI, which adds four products of unsigned with signed bytes to 32 bits, exactly.</summary>
internal readonly struct VnniDot : IByteDot256
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Accumulate(Vector256<int> state, Vector256<byte> weights, Vector256<sbyte> activations) =>
        AvxVnni.MultiplyWideningAndAdd(state, weights, activations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Total(Vector256<int> state, int correction) => state + Vector256.Create(correction);
}

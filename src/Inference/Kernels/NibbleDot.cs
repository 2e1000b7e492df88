using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Products of nibbles, which fit 16 bits over a whole block: 8 chunks of pairs make at most 8 * 2 * 15 * 127 = 30,480, so nothing
/// saturates and only one widening per block is left.
/// </summary>
internal readonly struct NibbleDot : IByteDot256, IByteDot512
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Accumulate(Vector256<int> state, Vector256<byte> weights, Vector256<sbyte> activations) =>
        (state.AsInt16() + Avx2.MultiplyAddAdjacent(weights, activations)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Total(Vector256<int> state, int correction) =>
        Avx2.MultiplyAddAdjacent(state.AsInt16(), Vector256<short>.One) + Vector256.Create(correction);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Accumulate(Vector512<int> state, Vector512<byte> weights, Vector512<sbyte> activations) =>
        (state.AsInt16() + Avx512BW.MultiplyAddAdjacent(weights, activations)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Total(Vector512<int> state, int correction) =>
        Avx512BW.MultiplyAddAdjacent(state.AsInt16(), Vector512<short>.One) + Vector512.Create(correction);
}

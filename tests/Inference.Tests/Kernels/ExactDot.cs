using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>What vpdpbusd of AVX-VNNI computes, element by element, so that all of its kernel but the instruction runs on any machine.</summary>
internal readonly struct ExactDot : IByteDot256
{
    public static Vector256<int> Accumulate(Vector256<int> state, Vector256<byte> weights, Vector256<sbyte> activations)
    {
        Span<int> sums = stackalloc int[Vector256<int>.Count];
        ReadOnlySpan<byte> w = MemoryMarshal.AsBytes(new ReadOnlySpan<Vector256<byte>>(in weights));
        ReadOnlySpan<sbyte> a = MemoryMarshal.Cast<Vector256<sbyte>, sbyte>(new ReadOnlySpan<Vector256<sbyte>>(in activations));
        for (int i = 0; i < sums.Length; i++)
            sums[i] = w[4 * i] * a[4 * i] + w[4 * i + 1] * a[4 * i + 1] + w[4 * i + 2] * a[4 * i + 2] + w[4 * i + 3] * a[4 * i + 3];
        return state + Vector256.Create<int>(sums);
    }

    public static Vector256<int> Total(Vector256<int> state, int correction) => state + Vector256.Create(correction);
}

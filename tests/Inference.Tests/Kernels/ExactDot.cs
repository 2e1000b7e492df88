using System.Runtime.Intrinsics;
using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>What vpdpbusd of AVX-VNNI computes, element by element, so that all of its kernel but the instruction runs on any machine.</summary>
internal readonly struct ExactDot : IByteDot256
{
    public static Vector256<int> Accumulate(Vector256<int> state, Vector256<byte> weights, Vector256<sbyte> activations)
    {
        for (int i = 0; i < Vector256<byte>.Count; i++)
            state = state.WithElement(i / 4, state[i / 4] + weights[i] * activations[i]);
        return state;
    }

    public static Vector256<int> Total(Vector256<int> state, int correction) => state + Vector256.Create(correction);
}

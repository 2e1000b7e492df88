using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace TeeTee.Inference.Kernels;

/// <summary>A way to the exact dot products of 4 rows with 4 columns of signed bytes; activations never hold -128.</summary>
internal interface IByteDot128
{
    /// <summary>Adds to the sums, one per row.</summary>
    /// <param name="sums">So far.</param>
    /// <param name="weights">4 bytes per row.</param>
    /// <param name="activations">The position's 4 quants, for every row.</param>
    static abstract Vector128<int> Add(Vector128<int> sums, Vector128<sbyte> weights, Vector128<sbyte> activations);
}

/// <summary>
/// With operations that every machine with 128-bit vectors has: even and odd bytes as 16-bit numbers, whose products and the sum of two
/// are at most 2 * 128 * 127 = 32,512.
/// </summary>
internal readonly struct PortableDot128 : IByteDot128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> sums, Vector128<sbyte> weights, Vector128<sbyte> activations)
    {
        Vector128<int> pairs = (Even(weights) * Even(activations) + Odd(weights) * Odd(activations)).AsInt32();
        return sums + ((pairs << 16) >> 16) + (pairs >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Even(Vector128<sbyte> bytes) => (bytes.AsInt16() << 8) >> 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Odd(Vector128<sbyte> bytes) => bytes.AsInt16() >> 8;
}

/// <summary>With SDOT of Arm64's dot product extension. It could not be run where it was written; all around it is tested with the other.</summary>
internal readonly struct ArmDot128 : IByteDot128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> sums, Vector128<sbyte> weights, Vector128<sbyte> activations) =>
        Dp.DotProduct(sums, weights, activations);
}

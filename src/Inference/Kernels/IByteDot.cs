using System.Runtime.Intrinsics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// A way to the exact dot products of rows with a position, 4 columns at a time over the 8 chunks of one block, as a type, so that
/// tile products are compiled with it inside.
/// </summary>
internal interface IByteDot256
{
    /// <summary>Adds a chunk to a block's state, which begins at zero.</summary>
    /// <param name="state">Whatever the way keeps, per row in 32 bits.</param>
    /// <param name="weights">4 biased quants per row.</param>
    /// <param name="activations">The position's 4 quants, for every row.</param>
    static abstract Vector256<int> Accumulate(Vector256<int> state, Vector256<byte> weights, Vector256<sbyte> activations);

    /// <summary>The dot products of the unbiased quants.</summary>
    /// <param name="state">After 8 chunks.</param>
    /// <param name="correction">-bias * (sum of the position's 32 quants).</param>
    static abstract Vector256<int> Total(Vector256<int> state, int correction);
}

/// <summary>The same for 16 rows.</summary>
internal interface IByteDot512
{
    /// <summary>Adds a chunk to a block's state, which begins at zero.</summary>
    static abstract Vector512<int> Accumulate(Vector512<int> state, Vector512<byte> weights, Vector512<sbyte> activations);

    /// <summary>The dot products of the unbiased quants.</summary>
    static abstract Vector512<int> Total(Vector512<int> state, int correction);
}

using TeeTee.Inference.Kernels.Lanes;

namespace TeeTee.Inference.Kernels;

/// <summary>The implementations of <see cref="IVectorKernels"/> that this machine runs.</summary>
internal static class VectorKernels
{
    /// <summary>From the fastest to the scalar definition, which is always there.</summary>
    public static IReadOnlyList<IVectorKernels> Supported { get; } = [.. Choose()];

    /// <summary>The fastest.</summary>
    public static IVectorKernels Best => Supported[0];

    private static IEnumerable<IVectorKernels> Choose()
    {
        if (Lanes512.IsSupported)
            yield return new LaneVectorKernels<Lanes512>();
        if (Lanes256.IsSupported)
            yield return new LaneVectorKernels<Lanes256>();
        if (Lanes128.IsSupported)
            yield return new LaneVectorKernels<Lanes128>();
        yield return new ScalarVectorKernels();
    }
}

using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>The matrix kernels written in C#.</summary>
internal static class ManagedMatrixKernels
{
    /// <summary>Those that this machine can run, the fastest first; the scalar definition is always the last.</summary>
    /// <remarks>AVX-VNNI's 256 bits beat 512 without it at Q8 and lose a little at Q4; what has both is best served by emitted kernels.</remarks>
    public static IReadOnlyList<IMatrixKernel> Supported { get; } = [.. All()];

    public static IMatrixKernel Best => Supported[0];

    private static IEnumerable<IMatrixKernel> All()
    {
        if (AvxVnni.IsSupported && Fma.IsSupported)
            yield return new Matrix256Kernel<VnniDot, VnniDot>("avxvnni");
        if (Matrix512Kernel.IsSupported)
            yield return new Matrix512Kernel();
        if (Avx2.IsSupported && Fma.IsSupported)
            yield return new Matrix256Kernel<SignDot, NibbleDot>("avx2");
        yield return new ScalarMatrixKernel();
    }
}

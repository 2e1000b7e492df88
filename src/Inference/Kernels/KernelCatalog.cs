using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using TeeTee.Inference.Kernels.Emission;
using TeeTee.Inference.Kernels.Lanes;

namespace TeeTee.Inference.Kernels;

/// <summary>All kernels of this build, fastest first; the scalar definition is always the last and always runs.</summary>
internal static class KernelCatalog
{
    /// <summary>Kernels of matrix products.</summary>
    /// <remarks>AVX-VNNI's 256 bits beat 512 bits without VNNI at Q8 and lose a little at Q4.</remarks>
    public static IReadOnlyList<KernelOption<IMatrixKernel>> Matrix { get; } =
    [
        Emitted(),
        KernelOption<IMatrixKernel>.When(AvxVnni.IsSupported && Fma.IsSupported, "avxvnni", "needs AVX-VNNI", () => new Matrix256Kernel<VnniDot, VnniDot>("avxvnni")),
        KernelOption<IMatrixKernel>.When(Matrix512Kernel.IsSupported, "avx512", "needs AVX512BW", () => new Matrix512Kernel()),
        KernelOption<IMatrixKernel>.When(Avx2.IsSupported && Fma.IsSupported, "avx2", "needs AVX2 and FMA", () => new Matrix256Kernel<SignDot, NibbleDot>("avx2")),
        KernelOption<IMatrixKernel>.When(Dp.IsSupported, "dp", "needs Arm64 with DP", () => new Vector128MatrixKernel<ArmDot128>("dp")),
        KernelOption<IMatrixKernel>.When(Vector128.IsHardwareAccelerated, "vector128", "needs 128-bit vectors", () => new Vector128MatrixKernel<PortableDot128>("vector128")),
        new("scalar", new ScalarMatrixKernel(), null),
    ];

    /// <summary>Kernels of all other operators.</summary>
    public static IReadOnlyList<KernelOption<IVectorKernels>> Vectors { get; } =
    [
        KernelOption<IVectorKernels>.When(Lanes512.IsSupported, "vector512", "needs AVX512BW", () => new LaneVectorKernels<Lanes512>()),
        KernelOption<IVectorKernels>.When(Lanes256.IsSupported, "vector256", "needs AVX2 and FMA", () => new LaneVectorKernels<Lanes256>()),
        KernelOption<IVectorKernels>.When(Lanes128.IsSupported, "vector128", "needs SSE4.1 and FMA, or AdvSimd", () => new LaneVectorKernels<Lanes128>()),
        new("scalar", new ScalarVectorKernels(), null),
    ];

    /// <summary>What this machine can run of a list, fastest first.</summary>
    public static IEnumerable<T> Runnable<T>(this IEnumerable<KernelOption<T>> options)
        where T : class => options.Select(option => option.Kernel).OfType<T>();

    private static KernelOption<IMatrixKernel> Emitted() => EmittedPrograms.TryGet(out string missing) is { } programs
        ? new(EmittedMatrixKernel.KernelName, new EmittedMatrixKernel(programs), null)
        : new(EmittedMatrixKernel.KernelName, null, missing);
}

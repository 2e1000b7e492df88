using TeeTee.Inference.Kernels.Emission;

namespace TeeTee.Inference.Kernels;

/// <summary>The kernels that a model runs on. All sets give equal bits; only speed differs.</summary>
internal sealed record KernelSet(IMatrixKernel Matrix, IVectorKernels Vectors)
{
    /// <summary>The scalar definition.</summary>
    public static KernelSet Scalar { get; } = new(KernelCatalog.Matrix.Runnable().Last(), KernelCatalog.Vectors.Runnable().Last());

    /// <summary>The fastest set of this machine.</summary>
    public static KernelSet Best { get; } = new(KernelCatalog.Matrix.Runnable().First(), KernelCatalog.Vectors.Runnable().First());

    /// <summary>The fastest set without emitted machine code.</summary>
    public static KernelSet Managed { get; } = Best with { Matrix = KernelCatalog.Matrix.Runnable().First(kernel => kernel is not EmittedMatrixKernel) };

    /// <summary>Sets that together hold every kernel that this machine can run.</summary>
    public static IReadOnlyList<KernelSet> All { get; } = [.. Pairs([.. KernelCatalog.Matrix.Runnable()], [.. KernelCatalog.Vectors.Runnable()])];

    /// <summary>Names of both parts, for logs and reports.</summary>
    public string Name => $"{Matrix.Name}+{Vectors.Name}";

    /// <summary>The set of a preference.</summary>
    public static KernelSet For(KernelPreference preference) => preference switch
    {
        KernelPreference.Auto => Best,
        KernelPreference.Managed => Managed,
        KernelPreference.Scalar => Scalar,
        _ => throw new ArgumentOutOfRangeException(nameof(preference), preference, "No such preference."),
    };

    private static IEnumerable<KernelSet> Pairs(IMatrixKernel[] matrix, IVectorKernels[] vectors)
    {
        for (int i = 0; i < Math.Max(matrix.Length, vectors.Length); i++)
            yield return new KernelSet(matrix[Math.Min(i, matrix.Length - 1)], vectors[Math.Min(i, vectors.Length - 1)]);
    }
}

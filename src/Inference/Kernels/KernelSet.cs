namespace TeeTee.Inference.Kernels;

/// <summary>The kernels that a model runs on. All sets give equal bits; only speed differs.</summary>
internal sealed record KernelSet(IMatrixKernel Matrix, IVectorKernels Vectors)
{
    /// <summary>The scalar definition.</summary>
    public static KernelSet Scalar { get; } = new(new ScalarMatrixKernel(), new ScalarVectorKernels());

    /// <summary>The fastest set of this machine.</summary>
    public static KernelSet Best { get; } = new(
        ManagedMatrixKernels.Best,
        VectorKernels.Best);

    /// <summary>Names of both parts, for logs and reports.</summary>
    public string Name => $"{Matrix.Name}+{Vectors.Name}";
}

namespace TeeTee.Inference.Kernels.Emission;

/// <summary>The tile product with AVX512-VNNI, which .NET does not expose, as machine code written at start.</summary>
internal sealed unsafe class EmittedMatrixKernel(EmittedPrograms programs) : IMatrixKernel
{
    public const string KernelName = "vnni512-emitted";

    public string Name => KernelName;

    public void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride) =>
        programs.MultiplyTile(packing, tile, blocks, group, positions, y, stride);
}

using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Models;

/// <summary>What the import does to the tensors of one type of a file, and what it costs.</summary>
/// <param name="Type">The type in the file.</param>
/// <param name="Canonical">The type that the arithmetic uses and the weights root commits.</param>
/// <param name="Tensors">How many tensors.</param>
/// <param name="Elements">Their elements, without padding.</param>
/// <param name="FileBytes">Bytes in the file.</param>
/// <param name="CanonicalBytes">Bytes in canonical form, padding included.</param>
/// <param name="RelativeError">
/// Root mean square of (converted - dequantised) over that of the dequantised elements, over all tensors of the type together; 0 where
/// nothing is rounded.
/// </param>
public sealed record TensorConversion(
    GgufType Type, CanonicalType Canonical, int Tensors, long Elements, long FileBytes, long CanonicalBytes, double RelativeError)
{
    /// <summary>True where every number of the file is kept.</summary>
    public bool IsExact => Canonical == CanonicalType.F32 || RowDecoders.IsExact(Type);
}

namespace TeeTee.Inference.HuggingFace;

/// <summary>Where a tensor stands in a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The element type.</param>
/// <param name="TypeName">The type as the file spells it.</param>
/// <param name="Shape">Lengths of the dimensions, the contiguous one last.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="ByteLength">Bytes of the whole tensor.</param>
public sealed record SafetensorsTensor(
    string Name, SafetensorsType Type, string TypeName, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    /// <summary>Bytes of one element of an importable type.</summary>
    public int ElementBytes => Type == SafetensorsType.F32 ? 4 : 2;

    /// <summary>The shape for people, "[2, 3]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}

namespace TeeTee.Inference.Models.Packed;

/// <summary>A packed file cannot be used; it has to be made again from the model file.</summary>
internal sealed class PackedFileException(PackedFault fault, string message) : Exception(message)
{
    public PackedFault Fault { get; } = fault;
}

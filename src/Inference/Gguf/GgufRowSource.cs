namespace TeeTee.Inference.Gguf;

/// <summary>Makes rows of a tensor for <see cref="GgufWriter"/>. Called from several threads at once, in any order.</summary>
/// <param name="tensor">The tensor as declared.</param>
/// <param name="firstRow">The first row wanted.</param>
/// <param name="destination">Room for whole rows in the tensor's encoding; every byte is to be written.</param>
public delegate void GgufRowSource(GgufTensor tensor, long firstRow, Span<byte> destination);

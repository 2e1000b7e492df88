namespace TeeTee.Inference.Gguf;

/// <summary>
/// One metadata value: unsigned integers as ulong, signed ones as long, text as byte[], arrays as typed arrays
/// or <see cref="GgufStrings"/>.
/// </summary>
internal sealed record GgufValue(object Content, string TypeName, long Offset);

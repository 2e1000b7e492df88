namespace TeeTee.Inference.Models;

/// <summary>Reads consecutive canonical rows of one tensor; safe from several threads.</summary>
/// <param name="firstRow">The first row.</param>
/// <param name="destination">Room for a whole number of rows.</param>
/// <exception cref="ModelException">A scale or element is not finite.</exception>
/// <exception cref="Gguf.GgufException">The file is damaged.</exception>
internal delegate void RowReader(int firstRow, Span<byte> destination);

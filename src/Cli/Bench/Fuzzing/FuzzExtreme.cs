namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>The most of something that one input cost.</summary>
/// <param name="Reader">Which reader.</param>
/// <param name="Index">The input's number.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Value">Milliseconds, or bytes.</param>
internal sealed record FuzzExtreme(string Reader, ulong Index, int Size, double Value);

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>An input at which a reader threw.</summary>
/// <param name="Reader">Which one.</param>
/// <param name="Index">The input's number.</param>
/// <param name="Exception">What it threw.</param>
internal sealed record FuzzCrash(string Reader, ulong Index, string Exception);

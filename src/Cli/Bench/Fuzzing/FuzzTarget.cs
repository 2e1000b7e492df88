namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>A reader of hostile bytes.</summary>
/// <param name="Group">What <c>--target</c> chooses it by.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Seeds">Good inputs to depart from.</param>
/// <param name="Tokens">Pieces that mean something to it, to be put in.</param>
/// <param name="Read">Reads the bytes: true for accepted, false for refused; anything else is a fault.</param>
internal sealed record FuzzTarget(
    string Group, string Name, IReadOnlyList<byte[]> Seeds, IReadOnlyList<byte[]> Tokens, Func<ReadOnlyMemory<byte>, bool> Read);

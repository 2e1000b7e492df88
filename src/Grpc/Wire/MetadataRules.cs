using System.Buffers;
using System.Collections.Frozen;

namespace TeeTee.Grpc.Wire;

/// <summary>What may stand in metadata and what belongs to the transport.</summary>
internal static class MetadataRules
{
    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly FrozenSet<string> s_transport = new[]
    {
        "accept-encoding", "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsName(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(s_name);

    public static bool IsBinary(string name) => name.EndsWith("-bin", StringComparison.Ordinal);

    /// <summary>Whether a name is the transport's; rich error details pass, as in every other implementation.</summary>
    public static bool IsReserved(string name) =>
        s_transport.Contains(name)
        || (name.StartsWith("grpc-", StringComparison.Ordinal) && name != HeaderNames.StatusDetails);

    public static bool IsText(ReadOnlySpan<char> value) =>
        !value.ContainsAnyExceptInRange(' ', '~') && (value.IsEmpty || (value[0] != ' ' && value[^1] != ' '));
}

using System.Text.Json;

namespace TeeTee.Testing;

/// <summary>What an independent verifier said on a case; of a refusal only the reason is known.</summary>
internal sealed record PublishedVerdict(bool Accept, string Reason, string? Status, string? Fmspc, string? TcbDate, IReadOnlyList<string> Advisories)
{
    public static PublishedVerdict Read(JsonElement element) => element.GetProperty("verdict").GetString() == "accept"
        ? new PublishedVerdict(
            true,
            "",
            element.GetProperty("status").GetString(),
            element.GetProperty("fmspc").GetString(),
            element.GetProperty("tcbDate").GetString(),
            [.. element.GetProperty("advisories").EnumerateArray().Select(advisory => advisory.GetString()!)])
        : new PublishedVerdict(false, element.GetProperty("reason").GetString()!, null, null, null, []);
}

using System.Text;
using System.Text.Json;

namespace TeeTee.Attestation.Sources;

/// <summary>Reads what guest agents answer to a request for a quote: <c>{"quote": hex, "event_log": text, ...}</c>.</summary>
internal static class AgentAnswer
{
    /// <param name="body">The answer.</param>
    /// <param name="reportData">What was asked for.</param>
    /// <param name="source">For messages.</param>
    /// <exception cref="IOException">No such answer, or not about what was asked for.</exception>
    public static GuestEvidence Read(ReadOnlyMemory<byte> body, ReadOnlySpan<byte> reportData, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            byte[] quote = Hex(root.GetProperty("quote").GetString());
            // Newer agents say what the quote is over; the quote itself is compared below in any case.
            if (root.TryGetProperty("report_data", out JsonElement said) && !Hex(said.GetString()).AsSpan().SequenceEqual(reportData))
                throw new IOException($"{source} says that the quote is over other report data than was asked for.");
            return new GuestEvidence(CheckedQuote.Of(quote, reportData, source), Encoding.UTF8.GetBytes(Text(root, "event_log")), Text(root, "vm_config"));
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new IOException($"{source} gave no answer with a quote: {malformed.Message}", malformed);
        }
    }

    private static byte[] Hex(string? text) =>
        Convert.FromHexString(text?.StartsWith("0x", StringComparison.Ordinal) == true ? text[2..] : text ?? "");

    private static string Text(JsonElement root, string name) =>
        !root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : value.GetRawText();
}

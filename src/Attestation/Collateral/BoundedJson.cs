using System.Text.Json;

namespace TeeTee.Attestation.Collateral;

/// <summary>JSON from strangers (RFC 8259): bounded by <see cref="JsonScan"/>, without comments, trailing commas or repeated names.</summary>
internal static class BoundedJson
{
    private const int MaxCause = 200;

    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one document, whole or not at all.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="maxSize">Most bytes of it.</param>
    /// <param name="read">Reads the root object; throws <see cref="MalformedCollateralException"/> for what does not fit.</param>
    /// <param name="cause">Why null was returned, or empty.</param>
    public static T? Read<T>(ReadOnlyMemory<byte> utf8, int maxSize, Func<JsonFields, T> read, out string cause)
        where T : class
    {
        cause = utf8.Length > maxSize ? $"{utf8.Length} bytes of JSON are above {maxSize}" : JsonScan.FindFault(utf8.Span);
        if (cause.Length > 0)
            return null;
        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            return read(JsonFields.Root(document.RootElement));
        }
        catch (MalformedCollateralException malformed)
        {
            cause = Shown(malformed.Message);
        }
        catch (JsonException malformed)
        {
            cause = $"no JSON of the strict form: {Shown(malformed.Message)}";
        }
        catch (InvalidOperationException malformed)
        {
            // Text with a lone surrogate is only found when it is decoded.
            cause = $"no JSON text: {Shown(malformed.Message)}";
        }
        return null;
    }

    /// <summary>Messages quote the sender's text: at most so much of it, and nothing that moves a terminal's cursor.</summary>
    internal static string Shown(string message) => new([.. message.Take(MaxCause).Select(c => char.IsControl(c) ? '?' : c)]);
}

using System.Text.Json;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// JSON from strangers (RFC 8259): bounded in size, depth and members, without comments, trailing commas or repeated names. The shape is
/// walked before a document is built, so that what is refused costs one pass and no memory.
/// </summary>
internal static class BoundedJson
{
    private const int MaxDepth = 12;
    private const int MaxMembers = 64;
    private const int MaxItems = 1_024;

    private static readonly JsonReaderOptions s_reading = new() { MaxDepth = MaxDepth };

    private static readonly JsonDocumentOptions s_document = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The outcome of reading one document, which is read whole or not at all.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="maxSize">Most bytes of it.</param>
    /// <param name="read">Reads the root object; throws <see cref="MalformedCollateralException"/> for what does not fit.</param>
    /// <param name="cause">Why null was returned, or empty.</param>
    public static T? Read<T>(ReadOnlyMemory<byte> utf8, int maxSize, Func<JsonFields, T> read, out string cause)
        where T : class
    {
        try
        {
            if (utf8.Length > maxSize)
                throw new MalformedCollateralException($"{utf8.Length} bytes of JSON are above {maxSize}");
            RequireShape(utf8.Span);
            using var document = JsonDocument.Parse(utf8, s_document);
            cause = "";
            return read(JsonFields.Root(document.RootElement));
        }
        catch (MalformedCollateralException malformed)
        {
            cause = malformed.Message;
        }
        catch (JsonException malformed)
        {
            cause = $"no JSON of the bounded form: {malformed.Message}";
        }
        catch (InvalidOperationException malformed)
        {
            // Text with a lone surrogate is only found when it is decoded.
            cause = $"no JSON text: {malformed.Message}";
        }
        return null;
    }

    private static void RequireShape(ReadOnlySpan<byte> utf8)
    {
        Span<int> counts = stackalloc int[MaxDepth + 1];
        Utf8JsonReader reader = new(utf8, s_reading);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Count(counts, reader.CurrentDepth, MaxItems);
                    counts[reader.CurrentDepth + 1] = 0;
                    break;
                case JsonTokenType.PropertyName:
                    // A name and its value count once each.
                    Count(counts, reader.CurrentDepth, 2 * MaxMembers - 1);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    break;
                default:
                    Count(counts, reader.CurrentDepth, MaxItems);
                    break;
            }
        }
    }

    private static void Count(Span<int> counts, int depth, int most)
    {
        if (++counts[depth] > most)
            throw new MalformedCollateralException($"more than {most} names or values in one place of the JSON");
    }
}

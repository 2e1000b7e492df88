using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeeTee.Primitives;

/// <summary>
/// The canonical form of JSON (RFC 8785, JCS) for documents that are hashed: no white space, members by the UTF-16 units of their names, strings
/// escaped only where they must be, UTF-8. Of numbers only integers that a double holds exactly are written.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The largest integer whose neighbours a double tells apart: 2^53 - 1.</summary>
    public const long MaxInteger = (1L << 53) - 1;

    private const int MostDepth = 64;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The canonical bytes of a value; null is JSON's null.</summary>
    /// <exception cref="ArgumentException">A number that is no integer of at most 53 bits, a string with a lone surrogate, a name twice in one object,
    /// or nesting deeper than 64.</exception>
    public static byte[] Write(JsonNode? value)
    {
        StringBuilder text = new();
        Write(text, value, depth: 0);
        return Encode(text.ToString());
    }

    private static void Write(StringBuilder text, JsonNode? value, int depth)
    {
        if (depth > MostDepth)
            throw new ArgumentException($"The value is nested deeper than {MostDepth}.", nameof(value));
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                WriteObject(text, members, depth);
                break;
            case JsonArray items:
                WriteArray(text, items, depth);
                break;
            default:
                WriteScalar(text, value);
                break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonObject members, int depth)
    {
        text.Append('{');
        string separator = "";
        // An object that was parsed with a name twice throws here.
        foreach ((string name, JsonNode? member) in members.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(separator);
            WriteString(text, name);
            text.Append(':');
            Write(text, member, depth + 1);
            separator = ",";
        }
        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, JsonArray items, int depth)
    {
        text.Append('[');
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            Write(text, items[i], depth + 1);
        }
        text.Append(']');
    }

    private static void WriteScalar(StringBuilder text, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                WriteString(text, value.GetValue<string>());
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            case JsonValueKind.Null:
                text.Append("null");
                break;
            default:
                WriteNumber(text, value);
                break;
        }
    }

    private static void WriteNumber(StringBuilder text, JsonNode value)
    {
        string number = value.ToJsonString();
        if (!long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer)
            || integer is > MaxInteger or < -MaxInteger)
            throw new ArgumentException($"{number} is no integer of at most 53 bits.", nameof(value));
        text.Append(integer.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char unit in value)
        {
            string? escape = unit switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => $"\\u{(int)unit:x4}",
                _ => null,
            };
            if (escape is null)
                text.Append(unit);
            else
                text.Append(escape);
        }
        text.Append('"');
    }

    private static byte[] Encode(string text)
    {
        try
        {
            return s_utf8.GetBytes(text);
        }
        catch (EncoderFallbackException fault)
        {
            throw new ArgumentException("A string holds half of a surrogate pair.", nameof(text), fault);
        }
    }
}

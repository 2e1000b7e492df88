using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeeTee.Rollup.Json;

/// <summary>Wei as a string of decimal digits without sign or leading zeros, because a JSON number loses digits above 2^53.</summary>
internal sealed class WeiConverter : JsonConverter<UInt128>
{
    public override UInt128 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        bool canonical = text is { Length: > 0 and <= 39 } && (text.Length == 1 || text[0] != '0');
        return canonical && UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 value)
            ? value
            : throw new JsonException("Expected wei as a string of decimal digits below 2^128.");
    }

    public override void Write(Utf8JsonWriter writer, UInt128 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

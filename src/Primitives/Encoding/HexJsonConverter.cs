using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeeTee.Primitives;

/// <summary>A value whose JSON form (also as a property name) is its hex text.</summary>
internal interface IHexValue<TSelf>
    where TSelf : struct, IHexValue<TSelf>
{
    static abstract bool TryParse(string? text, out TSelf value);
}

internal sealed class HexJsonConverter<T> : JsonConverter<T>
    where T : struct, IHexValue<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()) : throw Wrong();

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString()!);

    private static T Parse(string? text) => T.TryParse(text, out var value) ? value : throw Wrong();

    private static JsonException Wrong() => new($"Expected {typeof(T).Name} as 0x-hex text.");
}

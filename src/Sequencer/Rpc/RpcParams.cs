using System.Globalization;
using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Rpc;

/// <summary>Reads the one parameter that the methods take.</summary>
internal static class RpcParams
{
    /// <summary>An index: a quantity (0x hex) or a JSON number.</summary>
    public static ulong Index(JsonElement? parameters)
    {
        JsonElement value = Single(parameters);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number))
            return number;
        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        bool isQuantity = text is { Length: > 2 and <= 18 } && text.StartsWith("0x", StringComparison.Ordinal) && (text.Length == 3 || text[2] != '0');
        return isQuantity && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong quantity)
            ? quantity
            : throw Invalid("Expected an index as a quantity such as 0x1.");
    }

    public static Bytes32 Hash(JsonElement? parameters) =>
        Bytes32.TryParse(Text(parameters), out Bytes32 hash) ? hash : throw Invalid("Expected 32 bytes as 0x hex.");

    public static Address Account(JsonElement? parameters) =>
        Address.TryParse(Text(parameters), out Address account) ? account : throw Invalid("Expected an address as 0x hex.");

    private static string? Text(JsonElement? parameters) => Single(parameters) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement Single(JsonElement? parameters) =>
        parameters is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() == 1 ? array[0] : throw Invalid("Expected one parameter.");

    private static RpcException Invalid(string message) => new(RpcError.InvalidParams, message);
}

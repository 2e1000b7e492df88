using System.Text.Json;

namespace TeeTee.RollupContracts;

/// <summary>Turns the compiler's JSON interface into the declarations that the ABI parser reads.</summary>
internal static class AbiJson
{
    public static string Name(JsonElement entry) => entry.GetProperty("name").GetString()!;

    public static string Function(JsonElement entry) =>
        $"{Name(entry)}({string.Join(',', InputTypes(entry))})({string.Join(',', Types(entry.GetProperty("outputs")))})";

    public static string Error(JsonElement entry) => $"error {Name(entry)}({string.Join(',', InputTypes(entry))})";

    public static string Event(JsonElement entry)
    {
        IEnumerable<string> inputs = entry.GetProperty("inputs").EnumerateArray()
            .Select(i => $"{Type(i)} {(i.GetProperty("indexed").GetBoolean() ? "indexed " : "")}{Name(i)}");
        return $"event {Name(entry)}({string.Join(',', inputs)})";
    }

    public static IEnumerable<string> InputTypes(JsonElement entry) => Types(entry.GetProperty("inputs"));

    private static IEnumerable<string> Types(JsonElement parameters) => parameters.EnumerateArray().Select(Type);

    private static string Type(JsonElement parameter)
    {
        string type = parameter.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal)
            ? $"({string.Join(',', Types(parameter.GetProperty("components")))}){type["tuple".Length..]}"
            : type;
    }
}

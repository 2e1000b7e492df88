using System.Text.Json;

namespace TeeTee.Gateway.OpenAi;

/// <summary>The members of one JSON object with the errors that OpenAI's clients expect; absent and null are the same.</summary>
/// <param name="value">An object.</param>
/// <param name="path">What stands before a member's name in <c>param</c>.</param>
internal readonly struct RequestFields(JsonElement value, string path = "")
{
    public string NameOf(string name) => path + name;

    public JsonElement? Find(string name) =>
        value.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? member : null;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } member => TextOf(member, NameOf(name)),
        _ => throw OpenAiErrors.Invalid400(NameOf(name), $"'{NameOf(name)}' must be a string."),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw OpenAiErrors.Invalid400(NameOf(name), $"'{NameOf(name)}' must be a boolean."),
    };

    public long? Whole(string name, long least, long most)
    {
        if (Find(name) is not { } member)
            return null;
        return member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out long number) && number >= least && number <= most
            ? number
            : throw OpenAiErrors.Invalid400(NameOf(name), $"'{NameOf(name)}' must be a whole number from {least} to {most}.");
    }

    public double? Number(string name, double least, double most)
    {
        if (Find(name) is not { } member)
            return null;
        return member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out double number) && number >= least && number <= most
            ? number
            : throw OpenAiErrors.Invalid400(NameOf(name), FormattableString.Invariant($"'{NameOf(name)}' must be a number from {least} to {most}."));
    }

    public RequestFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } member => new RequestFields(member, NameOf(name) + "."),
        _ => throw OpenAiErrors.Invalid400(NameOf(name), $"'{NameOf(name)}' must be an object."),
    };

    /// <summary>The text of a JSON string; an escaped half of a character is no text.</summary>
    public static string TextOf(JsonElement member, string param)
    {
        try
        {
            return member.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw OpenAiErrors.Invalid400(param, $"'{param}' holds half of a surrogate pair.");
        }
    }
}

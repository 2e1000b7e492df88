using System.Text.Json;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Refuses what would change the answer and cannot be honoured (docs/api.md, section 2); at its neutral value a field passes.</summary>
internal static class UnsupportedFields
{
    private static readonly (string Name, Func<JsonElement, bool> IsNeutral)[] s_fields =
    [
        ("n", IsNumber(1)),
        ("best_of", IsNumber(1)),
        ("top_p", IsNumber(1)),
        ("presence_penalty", IsNumber(0)),
        ("frequency_penalty", IsNumber(0)),
        ("top_logprobs", IsNumber(0)),
        ("logit_bias", IsEmptyObject),
        ("logprobs", value => value.ValueKind == JsonValueKind.False),
        ("echo", value => value.ValueKind == JsonValueKind.False),
        ("suffix", value => value.ValueKind == JsonValueKind.String && value.GetRawText() == "\"\""),
        ("response_format", IsTextFormat),
        ("tools", IsEmptyArray),
        ("functions", IsEmptyArray),
    ];

    /// <exception cref="OpenAiException"><c>unsupported_field</c> for the first that is not neutral.</exception>
    public static void Check(RequestFields fields)
    {
        foreach ((string name, Func<JsonElement, bool> isNeutral) in s_fields)
        {
            if (fields.Find(name) is { } value && !isNeutral(value))
                throw OpenAiErrors.Unsupported(name, $"'{name}' is supported at its default value only.");
        }
    }

    private static Func<JsonElement, bool> IsNumber(double neutral) =>
        value => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == neutral;

    private static bool IsEmptyObject(JsonElement value) => value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any();

    private static bool IsEmptyArray(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool IsTextFormat(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("text"u8);
}

using System.Text.Json;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Reads the body of a request. Pure: hostile input ends in an <see cref="OpenAiException"/> that names the field.</summary>
internal static class RequestReader
{
    private const int MostStopStrings = 4;
    private const int LongestStopString = 1024;

    public static OpenAiRequest ReadChat(ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = Parse(body);
        RequestFields fields = new(document.RootElement);
        JsonElement messages = fields.Find("messages") ?? throw OpenAiErrors.Invalid400("messages", "'messages' is required.");
        return ReadCommon(fields) with { Messages = MessageReader.Read(messages) };
    }

    public static OpenAiRequest ReadCompletion(ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = Parse(body);
        RequestFields fields = new(document.RootElement);
        JsonElement prompt = fields.Find("prompt") ?? throw OpenAiErrors.Invalid400("prompt", "'prompt' is required.");
        return ReadPrompt(ReadCommon(fields), prompt, mayNest: true);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new OpenAiException(OpenAiErrors.Of("invalid_request", "The body must be a JSON object."));
        }
        catch (JsonException fault)
        {
            throw new OpenAiException(OpenAiErrors.Of("invalid_request", $"The body is no JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}."));
        }
    }

    private static OpenAiRequest ReadCommon(RequestFields fields)
    {
        string model = fields.Text("model") ?? throw OpenAiErrors.Invalid400("model", "'model' is required.");
        UnsupportedFields.Check(fields);
        bool stream = fields.Flag("stream");
        RequestFields? options = fields.Object("stream_options");
        if (options is not null && !stream)
            throw OpenAiErrors.Invalid400("stream_options", "'stream_options' is for streams only.");
        return new OpenAiRequest
        {
            Model = model,
            Stream = stream,
            IncludeUsage = options?.Flag("include_usage") ?? false,
            MaxTokens = (int?)(fields.Whole("max_completion_tokens", 1, int.MaxValue) ?? fields.Whole("max_tokens", 1, int.MaxValue)),
            Temperature = fields.Number("temperature", 0, 2),
            Seed = fields.Whole("seed", long.MinValue, long.MaxValue),
            Stop = ReadStop(fields),
        };
    }

    private static List<string> ReadStop(RequestFields fields)
    {
        JsonElement? stop = fields.Find("stop");
        List<string> texts = stop switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } one => [RequestFields.TextOf(one, "stop")],
            { ValueKind: JsonValueKind.Array } many when many.GetArrayLength() <= MostStopStrings && many.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                [.. many.EnumerateArray().Select(item => RequestFields.TextOf(item, "stop"))],
            _ => throw OpenAiErrors.Invalid400("stop", $"'stop' must be a string or an array of at most {MostStopStrings} strings."),
        };
        if (texts.Any(text => text.Length is 0 or > LongestStopString))
            throw OpenAiErrors.Invalid400("stop", $"A stop string has 1 to {LongestStopString} characters.");
        return texts;
    }

    private static OpenAiRequest ReadPrompt(OpenAiRequest request, JsonElement prompt, bool mayNest)
    {
        if (prompt.ValueKind == JsonValueKind.String)
            return request with { PromptText = RequestFields.TextOf(prompt, "prompt") };
        if (prompt.ValueKind != JsonValueKind.Array || prompt.GetArrayLength() == 0)
            throw OpenAiErrors.Invalid400("prompt", "'prompt' must be a string or an array of token ids, not empty.");
        if (prompt[0].ValueKind == JsonValueKind.Number)
            return request with { PromptTokens = [.. prompt.EnumerateArray().Select(ReadToken)] };
        if (mayNest && prompt.GetArrayLength() == 1)
            return ReadPrompt(request, prompt[0], mayNest: false);
        throw OpenAiErrors.Unsupported("prompt", "One prompt per request is supported.");
    }

    private static uint ReadToken(JsonElement item) =>
        item.ValueKind == JsonValueKind.Number && item.TryGetUInt32(out uint token)
            ? token
            : throw OpenAiErrors.Invalid400("prompt", "A prompt of token ids holds whole numbers only.");
}

using System.Text;
using System.Text.Json;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Gateway.OpenAi;

/// <summary>Reads <c>messages</c>: text content, as a string or as parts of type text.</summary>
internal static class MessageReader
{
    private const int MostMessages = 4096;

    public static List<ChatMessage> Read(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MostMessages)
            throw OpenAiErrors.Invalid400("messages", $"'messages' must be an array of 1 to {MostMessages} messages.");
        List<ChatMessage> messages = [];
        foreach (JsonElement item in list.EnumerateArray())
            messages.Add(ReadOne(item, $"messages[{messages.Count}]"));
        return messages;
    }

    private static ChatMessage ReadOne(JsonElement item, string path)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw OpenAiErrors.Invalid400(path, $"'{path}' must be an object.");
        RequestFields fields = new(item, path + ".");
        string role = fields.Text("role") switch
        {
            "system" or "developer" => "system",
            "user" => "user",
            "assistant" => "assistant",
            "tool" or "function" => throw OpenAiErrors.Unsupported(path + ".role", "Tools are not supported."),
            _ => throw OpenAiErrors.Invalid400(path + ".role", $"'{path}.role' must be system, developer, user or assistant."),
        };
        JsonElement content = fields.Find("content") ?? throw OpenAiErrors.Invalid400(path + ".content", $"'{path}.content' is required.");
        return new ChatMessage(role, ReadContent(content, path + ".content"));
    }

    private static string ReadContent(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
            return RequestFields.TextOf(content, path);
        if (content.ValueKind != JsonValueKind.Array)
            throw OpenAiErrors.Invalid400(path, $"'{path}' must be a string or an array of parts.");
        StringBuilder text = new();
        int index = 0;
        foreach (JsonElement part in content.EnumerateArray())
        {
            string name = $"{path}[{index++}]";
            if (part.ValueKind != JsonValueKind.Object)
                throw OpenAiErrors.Invalid400(name, $"'{name}' must be an object.");
            RequestFields fields = new(part, name + ".");
            if (fields.Text("type") != "text")
                throw OpenAiErrors.Unsupported(name, "Only parts of type text are supported.");
            text.Append(fields.Text("text") ?? throw OpenAiErrors.Invalid400(name + ".text", $"'{name}.text' is required."));
        }
        return text.ToString();
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.Gateway.OpenAi;

/// <summary>The objects of one answer in OpenAI's shapes; every chunk carries the same id, time and model.</summary>
internal sealed class AnswerFormat(OpenAiRequest request, ModelInfo offer, Bytes32 jobId, DateTimeOffset created)
{
    private readonly string _hex = jobId.ToString()["0x".Length..];

    /// <summary>What comes before the text: the role of a chat; null for completions.</summary>
    public JsonObject? Opening() => request.IsChat
        ? Chunk(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["role"] = "assistant", ["content"] = "" }, ["logprobs"] = null, ["finish_reason"] = null })
        : null;

    public JsonObject Piece(string text) => Chunk(Choice(request.IsChat ? new JsonObject { ["content"] = text } : text, finish: null));

    public JsonObject Ending(string finish, JobFinished finished)
    {
        JsonObject chunk = Chunk(Choice(request.IsChat ? new JsonObject() : "", finish));
        chunk["teetee"] = Receipt(finished);
        return chunk;
    }

    /// <summary>The last chunk of a stream with <c>include_usage</c>: no choices, the usage.</summary>
    public JsonObject UsageChunk(JobFinished finished)
    {
        JsonObject chunk = Envelope(request.IsChat ? "chat.completion.chunk" : "text_completion");
        chunk["choices"] = new JsonArray();
        chunk["usage"] = Usage(finished);
        return chunk;
    }

    public JsonObject Whole(string text, string finish, JobFinished finished)
    {
        JsonObject answer = Envelope(request.IsChat ? "chat.completion" : "text_completion");
        JsonObject choice = new() { ["index"] = 0 };
        if (request.IsChat)
            choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text, ["refusal"] = null };
        else
            choice["text"] = text;
        choice["logprobs"] = null;
        choice["finish_reason"] = finish;
        answer["choices"] = new JsonArray(choice);
        answer["usage"] = Usage(finished);
        answer["teetee"] = Receipt(finished);
        return answer;
    }

    private JsonObject Choice(JsonNode content, string? finish) => new()
    {
        ["index"] = 0,
        [request.IsChat ? "delta" : "text"] = content,
        ["logprobs"] = null,
        ["finish_reason"] = finish,
    };

    private JsonObject Chunk(JsonObject choice)
    {
        JsonObject chunk = Envelope(request.IsChat ? "chat.completion.chunk" : "text_completion");
        chunk["choices"] = new JsonArray(choice);
        if (request.IncludeUsage)
            chunk["usage"] = null;
        return chunk;
    }

    private JsonObject Envelope(string kind) => new()
    {
        ["id"] = (request.IsChat ? "chatcmpl-" : "cmpl-") + _hex,
        ["object"] = kind,
        ["created"] = created.ToUnixTimeSeconds(),
        ["model"] = offer.Name,
        ["system_fingerprint"] = "fp_" + offer.ModelId.ToString().Substring("0x".Length, 16),
    };

    private JsonObject Receipt(JobFinished finished)
    {
        JsonObject receipt = new()
        {
            ["receiptId"] = jobId.ToString(),
            ["jobId"] = jobId.ToString(),
            ["fee"] = finished.Fee.ToString(CultureInfo.InvariantCulture),
        };
        if (request.Stop.Count > 0)
            receipt["unproven"] = new JsonArray("stop");
        return receipt;
    }

    private static JsonObject Usage(JobFinished finished) => new()
    {
        ["prompt_tokens"] = finished.PromptTokens,
        ["completion_tokens"] = finished.OutputTokens,
        ["total_tokens"] = finished.PromptTokens + finished.OutputTokens,
    };
}

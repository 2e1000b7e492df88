using System.Text.Json;

namespace TeeTee.Ethereum;

/// <summary>The JSON of requests and responses. The id of a call is its place in the batch.</summary>
internal static class RpcMessages
{
    public static byte[] Serialize(IReadOnlyList<JsonRpcCall> calls, bool isBatch)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            if (isBatch)
                writer.WriteStartArray();
            for (var i = 0; i < calls.Count; i++)
                Write(writer, i, calls[i]);
            if (isBatch)
                writer.WriteEndArray();
        }
        return stream.ToArray();
    }

    /// <summary>The outcomes in the order of the calls.</summary>
    /// <exception cref="FormatException">Not a response to these calls.</exception>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static JsonRpcOutcome[] Parse(IReadOnlyList<JsonRpcCall> calls, ReadOnlyMemory<byte> response, bool isBatch)
    {
        using var json = JsonDocument.Parse(response);
        var root = json.RootElement;
        // A node that refuses a whole batch answers with one error object.
        if (root.ValueKind == JsonValueKind.Object && (!isBatch || root.TryGetProperty("error", out _)))
            return [.. calls.Select(call => Outcome(call, root))];
        if (!isBatch || root.ValueKind != JsonValueKind.Array || root.GetArrayLength() != calls.Count)
            throw new FormatException("The response does not match the request.");
        var outcomes = new JsonRpcOutcome[calls.Count];
        foreach (var element in root.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number
                || !id.TryGetInt32(out var index) || index < 0 || index >= calls.Count || outcomes[index] is not null)
                throw new FormatException("A response has an unknown or a repeated id.");
            outcomes[index] = Outcome(calls[index], element);
        }
        return outcomes;
    }

    private static void Write(Utf8JsonWriter writer, int id, JsonRpcCall call)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc", "2.0");
        writer.WriteNumber("id", id);
        writer.WriteString("method", call.Method);
        writer.WritePropertyName("params");
        JsonSerializer.Serialize(writer, call.Parameters);
        writer.WriteEndObject();
    }

    private static JsonRpcOutcome Outcome(JsonRpcCall call, JsonElement response)
    {
        if (response.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
            return new JsonRpcOutcome(Error(call.Method, error));
        return response.TryGetProperty("result", out var result)
            ? new JsonRpcOutcome(result.Clone())
            : throw new FormatException("A response has neither result nor error.");
    }

    private static JsonRpcException Error(string method, JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object)
            return new JsonRpcException(method, 0, error.ToString());
        var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) ? value : 0;
        var message = error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        JsonElement? data = error.TryGetProperty("data", out var found) ? found.Clone() : null;
        return new JsonRpcException(method, code, message, data);
    }
}

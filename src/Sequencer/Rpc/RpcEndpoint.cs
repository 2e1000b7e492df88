using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Gateway.Jobs;
using TeeTee.Sequencer.Data;

namespace TeeTee.Sequencer.Rpc;

/// <summary>JSON-RPC 2.0 on <c>POST /</c>: single calls, batches, notifications.</summary>
internal static class RpcEndpoint
{
    /// <summary>Longest request body in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>Most calls of one batch.</summary>
    public const int MostCalls = 100;

    private static readonly JsonDocumentOptions s_parsing = new() { MaxDepth = 16 };

    public static IEndpointRouteBuilder MapRpc(this IEndpointRouteBuilder endpoints)
    {
        RpcMethodTable methods = endpoints.ServiceProvider.GetRequiredService<RpcMethodTable>();
        endpoints.MapPost("/", context => HandleAsync(context, methods));
        return endpoints;
    }

    private static async Task HandleAsync(HttpContext context, RpcMethodTable methods)
    {
        if (!IsJson(context.Request.ContentType))
        {
            await ApiResult.WriteAsync(context, 415, new ApiErrorBody(new ApiError("unsupported_media_type", "Send application/json."))).ConfigureAwait(false);
            return;
        }

        byte[]? body = await ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        JsonNode? answer = body is null
            ? Failure(null, new RpcError(RpcError.LimitExceeded, $"A request has at most {MostBytes} bytes."))
            : await AnswerAsync(body, methods, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = body is null ? 413 : answer is null ? 204 : 200;
        if (answer is null)
            return;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The response to a body; null if it holds notifications only.</summary>
    internal static async Task<JsonNode?> AnswerAsync(byte[] body, RpcMethodTable methods, CancellationToken cancellationToken)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, s_parsing);
        }
        catch (JsonException)
        {
            return Failure(null, new RpcError(RpcError.ParseError, "The body is not JSON."));
        }

        using (document)
        {
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Array)
                return await CallAsync(root, methods, cancellationToken).ConfigureAwait(false);
            int count = root.GetArrayLength();
            if (count is 0 or > MostCalls)
                return Failure(null, new RpcError(count == 0 ? RpcError.InvalidRequest : RpcError.LimitExceeded, $"A batch has 1 to {MostCalls} calls."));
            JsonArray answers = [];
            foreach (JsonElement call in root.EnumerateArray())
            {
                if (await CallAsync(call, methods, cancellationToken).ConfigureAwait(false) is { } answer)
                    answers.Add(answer);
            }

            return answers.Count == 0 ? null : answers;
        }
    }

    private static async Task<JsonNode?> CallAsync(JsonElement call, RpcMethodTable methods, CancellationToken cancellationToken)
    {
        if (!IsCall(call))
            return Failure(null, new RpcError(RpcError.InvalidRequest, "Not a JSON-RPC 2.0 call."));
        bool hasId = call.TryGetProperty("id", out JsonElement id);
        JsonNode? name = hasId ? JsonNode.Parse(id.GetRawText()) : null;
        try
        {
            JsonElement? parameters = call.TryGetProperty("params", out JsonElement given) ? given : null;
            object? result = await methods.CallAsync(call.GetProperty("method").GetString()!, parameters, cancellationToken).ConfigureAwait(false);
            return hasId ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = name, ["result"] = JsonSerializer.SerializeToNode(result, JobApiJson.Options) } : null;
        }
        catch (RpcException refused)
        {
            return hasId ? Failure(name, refused.Error) : null;
        }
    }

    private static bool IsCall(JsonElement call) =>
        call.ValueKind == JsonValueKind.Object
        && call.TryGetProperty("jsonrpc", out JsonElement version) && version.ValueKind == JsonValueKind.String && version.ValueEquals("2.0")
        && call.TryGetProperty("method", out JsonElement method) && method.ValueKind == JsonValueKind.String
        && (!call.TryGetProperty("id", out JsonElement id) || id.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null)
        && (!call.TryGetProperty("params", out JsonElement given) || given.ValueKind is JsonValueKind.Array or JsonValueKind.Object);

    private static JsonObject Failure(JsonNode? id, RpcError error) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = id,
        ["error"] = new JsonObject { ["code"] = error.Code, ["message"] = error.Message },
    };

    private static bool IsJson(string? contentType) =>
        contentType is not null && contentType.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes)
            return null;
        using MemoryStream body = new();
        byte[] buffer = new byte[8_192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > MostBytes)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}

using System.Collections.Frozen;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;

namespace TeeTee.Gateway.OpenAi;

/// <summary>The table of docs/api.md section 5, and what maps to it.</summary>
internal static class OpenAiErrors
{
    private const string Invalid = "invalid_request_error";
    private const string Server = "server_error";
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    private static readonly FrozenDictionary<string, (int Status, string Type)> s_table = new Dictionary<string, (int, string)>
    {
        ["invalid_request"] = (400, Invalid),
        ["unsupported_field"] = (400, Invalid),
        ["context_length_exceeded"] = (400, Invalid),
        ["unauthorized"] = (401, "authentication_error"),
        ["insufficient_credit"] = (402, "insufficient_quota"),
        ["bad_signature"] = (403, Invalid),
        ["not_found"] = (404, Invalid),
        ["model_not_found"] = (404, Invalid),
        ["nonce_used"] = (409, Invalid),
        ["payload_too_large"] = (413, Invalid),
        ["unsupported_media_type"] = (415, Invalid),
        ["rate_limited"] = (429, "rate_limit_error"),
        ["overloaded"] = (503, Server),
        ["shard_unavailable"] = (503, Server),
        ["internal"] = (500, Server),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The error of a code of the table.</summary>
    public static OpenAiError Of(string code, string message, string? param = null, TimeSpan? retryAfter = null)
    {
        (int status, string type) = s_table.GetValueOrDefault(code, (500, Server));
        bool busy = status is 429 or 503;
        return new OpenAiError(status, type, s_table.ContainsKey(code) ? code : "internal", message, param, busy ? retryAfter ?? s_retryAfter : null);
    }

    /// <summary>A field that is malformed or out of range.</summary>
    public static OpenAiException Invalid400(string param, string message) => new(Of("invalid_request", message, param));

    /// <summary>A field that cannot be honoured.</summary>
    public static OpenAiException Unsupported(string param, string message) => new(Of("unsupported_field", message, param));

    /// <summary>What a failed request tells its client; null for a fault of the gateway itself, whose message stays here.</summary>
    public static OpenAiError? From(Exception fault) => fault switch
    {
        OpenAiException known => known.Error,
        JobApiException { Status: null, Code: "unreachable" } away => Of("shard_unavailable", $"The sequencer cannot be reached now: {away.Message}"),
        JobApiException refused => Of(refused.Code, refused.Message, retryAfter: refused.RetryAfter),
        AnswerFaultException broken => Of("internal", broken.Message),
        _ => null,
    };
}

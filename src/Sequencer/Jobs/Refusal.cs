using System.Net;
using TeeTee.Gateway.Jobs;
using TeeTee.Rollup.Requests;

namespace TeeTee.Sequencer.Jobs;

/// <summary>The refusals of docs/api.md section 5.</summary>
internal static class Refusal
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    public static JobApiException Invalid(string message) => new(HttpStatusCode.BadRequest, "invalid_request", message);

    public static JobApiException ContextLength(string message) => new(HttpStatusCode.BadRequest, "context_length_exceeded", message);

    public static JobApiException Credit(string message) => new(HttpStatusCode.PaymentRequired, "insufficient_credit", message);

    public static JobApiException BadSignature(string message) => new(HttpStatusCode.Forbidden, "bad_signature", message);

    public static JobApiException NotFound(string message) => new(HttpStatusCode.NotFound, "not_found", message);

    public static JobApiException ModelNotFound(string message) => new(HttpStatusCode.NotFound, "model_not_found", message);

    public static JobApiException NonceUsed(string message) => new(HttpStatusCode.Conflict, "nonce_used", message);

    public static JobApiException TooLarge(string message) => new(HttpStatusCode.RequestEntityTooLarge, "payload_too_large", message);

    public static JobApiException MediaType(string message) => new(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type", message);

    public static JobApiException RateLimited(string message) => new(HttpStatusCode.TooManyRequests, "rate_limited", message, s_soon);

    public static JobApiException Overloaded(string message) => new(HttpStatusCode.ServiceUnavailable, "overloaded", message, s_soon);

    public static JobApiException ShardUnavailable(string message) => new(HttpStatusCode.ServiceUnavailable, "shard_unavailable", message, s_soon);

    public static JobApiException NotImplemented(string message) => new(HttpStatusCode.NotImplemented, "not_implemented", message);

    public static JobApiException Internal() => new(HttpStatusCode.InternalServerError, "internal", "The sequencer failed; its log has the cause.");

    /// <summary>The refusal of a broken rule of the request.</summary>
    public static JobApiException Of(RequestFault fault) => fault.Code switch
    {
        RequestFaultCode.PromptTooLong => ContextLength(fault.Message),
        RequestFaultCode.WrongModel => ModelNotFound(fault.Message),
        RequestFaultCode.SignatureInvalid or RequestFaultCode.SignerNotAllowed or RequestFaultCode.SessionEnded => BadSignature(fault.Message),
        RequestFaultCode.SessionCapExceeded => Credit(fault.Message),
        _ => Invalid(fault.Message),
    };
}

using System.Net;

namespace TeeTee.Gateway.Jobs;

/// <summary>The sequencer refused, or could not be reached (<see cref="Status"/> is null then).</summary>
public sealed class JobApiException(HttpStatusCode? status, string code, string message, TimeSpan? retryAfter = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>HTTP status of the refusal; null if no answer came.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>One of docs/api.md section 5; <c>unreachable</c> if no answer came.</summary>
    public string Code { get; } = code;

    /// <summary>The error's type where the interface is another project's and has one; null otherwise.</summary>
    public string? Type { get; init; }

    /// <summary>When to try again, if the sequencer said so.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

using System.Net;

namespace TeeTee.Attestation.Collateral;

/// <summary>One service did not give one thing; the message is a clause without the service's name.</summary>
internal sealed class PcsException(string message, HttpStatusCode? status = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The status of the answer, where there was one that is no success.</summary>
    public HttpStatusCode? Status { get; } = status;
}

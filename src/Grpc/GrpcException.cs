namespace TeeTee.Grpc;

/// <summary>
/// A call that failed with a status. A handler throws it to choose what its caller sees (code, text and trailers
/// go over the wire as they are); a client throws it for every failure except the caller's own cancellation.
/// </summary>
public sealed class GrpcException : Exception
{
    /// <summary>Creates the failure of a call.</summary>
    /// <param name="code">Any code but <see cref="GrpcStatusCode.Ok"/>.</param>
    /// <param name="message">A text that the peer may read.</param>
    /// <param name="trailers">Metadata that goes with the status; none when null.</param>
    /// <param name="innerException">The local cause; it never goes over the wire.</param>
    /// <exception cref="ArgumentException"><paramref name="code"/> is OK.</exception>
    public GrpcException(
        GrpcStatusCode code,
        string message,
        GrpcMetadata? trailers = null,
        Exception? innerException = null)
        : base(message, innerException)
    {
        if (code == GrpcStatusCode.Ok)
            throw new ArgumentException("A call that failed cannot have the status OK.", nameof(code));
        Code = code;
        Trailers = trailers ?? new GrpcMetadata();
    }

    /// <summary>Why the call failed.</summary>
    public GrpcStatusCode Code { get; }

    /// <summary>Metadata that came, or goes, with the status.</summary>
    public GrpcMetadata Trailers { get; }

    /// <summary>The code with the text.</summary>
    public GrpcStatus Status => new(Code, Message);
}

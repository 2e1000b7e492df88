namespace TeeTee.Grpc;

/// <summary>What one call is started with.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>
    /// How long the whole call may take; then it fails with DEADLINE_EXCEEDED on both sides. Forever when null.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The request's metadata; none when null.</summary>
    public GrpcMetadata? Metadata { get; init; }

    /// <summary>
    /// Cancels the call: the server sees CANCELLED, the caller an <see cref="OperationCanceledException"/> with
    /// this token.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }
}

namespace TeeTee.Grpc.Client;

/// <summary>How a call ended, fixed by whoever ends it first.</summary>
internal sealed class CallOutcome
{
    private readonly Lock _gate = new();
    private GrpcMetadata _trailers = new();
    private volatile bool _ended;

    public bool Ended => _ended;

    /// <summary>Why the call failed; null while it runs and after success.</summary>
    public Exception? Failure { get; private set; }

    public GrpcMetadata Trailers => _ended
        ? _trailers
        : throw new InvalidOperationException("The trailers come at the end of the call, which is not reached.");

    public GrpcStatus? Status => !_ended ? null : Failure switch
    {
        null => GrpcStatus.Ok,
        GrpcException e => e.Status,
        _ => new GrpcStatus(GrpcStatusCode.Cancelled, Failure.Message),
    };

    /// <returns>Whether this was the first end.</returns>
    public bool TryEnd(Exception? failure, GrpcMetadata trailers)
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            Failure = failure;
            _trailers = trailers;
            _ended = true;
            return true;
        }
    }
}

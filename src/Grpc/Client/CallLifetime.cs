using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Client;

/// <summary>Everything that can end a call early, and what its caller is told then.</summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _any;
    private readonly CancellationToken _caller;

    public CallLifetime(TimeSpan? timeout, CancellationToken caller, CancellationToken channel, TimeProvider clock)
    {
        _caller = caller;
        _deadline = timeout <= GrpcTimeout.Longest
            ? new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout.Value : TimeSpan.Zero, clock)
            : new CancellationTokenSource();
        _any = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, caller, channel);
        Token = _any.Token;
    }

    /// <summary>Fires at the first of deadline, cancellation by the caller, end of the channel, and <see cref="Cancel"/>.</summary>
    public CancellationToken Token { get; }

    public void Cancel() => Cancel(_any);

    /// <summary>Lets a token of one operation end the whole call, since a stream cut inside a frame is of no use.</summary>
    public CancellationTokenRegistration Link(CancellationToken operation) =>
        operation.UnsafeRegister(static state => Cancel((CancellationTokenSource)state!), _any);

    /// <summary>The failure of an operation as its caller is to see it.</summary>
    public Exception Translate(Exception failure, CancellationToken operation)
    {
        if (failure is GrpcException || IsMisuse(failure))
            return failure;
        if (operation.IsCancellationRequested)
            return Cancelled(failure, operation);
        if (_caller.IsCancellationRequested)
            return Cancelled(failure, _caller);
        if (_deadline.IsCancellationRequested)
            return new GrpcException(GrpcStatusCode.DeadlineExceeded, "The deadline has passed.", null, failure);
        return Token.IsCancellationRequested || failure is OperationCanceledException
            ? new GrpcException(GrpcStatusCode.Cancelled, "The call or its channel was disposed.", null, failure)
            : StatusMapping.FromTransport(failure);
    }

    /// <summary>Whether a failure is the caller's mistake rather than the end of the call.</summary>
    public static bool IsMisuse(Exception failure) =>
        failure is InvalidOperationException and not ObjectDisposedException;

    public void Dispose()
    {
        _any.Dispose();
        _deadline.Dispose();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended first; there is nothing left to cancel.
        }
    }

    private static OperationCanceledException Cancelled(Exception failure, CancellationToken token) =>
        new("The call was cancelled by its caller.", failure, token);
}

using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace TeeTee.Grpc.Client;

/// <summary>One running call of whatever kind.</summary>
internal sealed class ClientCall<TResponse> : IDisposable
    where TResponse : class, IMessage<TResponse>
{
    private readonly MessageParser<TResponse> _parser;
    private readonly CallLifetime _lifetime;
    private readonly HttpContent _content;
    private readonly Task<CallResponse> _opening;
    private readonly CallOutcome _outcome = new();

    public ClientCall(
        CallStarter starter, string path, MessageParser<TResponse> parser, HttpContent content, GrpcCallOptions options)
    {
        _parser = parser;
        _content = content;
        _lifetime = starter.CreateLifetime(options);
        _opening = OpenAsync(starter, path, options);
        // A call that ends early resets its stream at once, whether or not somebody is reading it.
        _lifetime.Token.UnsafeRegister(
            static state => ((ClientCall<TResponse>)state!).EndEarly(), this);
        // Whoever reads gets the failure; a call that nobody reads must not surface as an unobserved exception.
        _ = _opening.ContinueWith(
            static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public CallOutcome Outcome => _outcome;

    public async Task<GrpcMetadata> GetHeadersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await _opening.WaitAsync(cancellationToken)).Headers;
        }
        catch (Exception e)
        {
            // Giving up waiting for headers leaves the call as it is; only a failure to open ends it.
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw End(_lifetime.Translate(e, default));
        }
    }

    /// <summary>The next response, or null when the call has ended with OK.</summary>
    public async ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_outcome.Ended)
            return _outcome.Failure is null ? null : throw _outcome.Failure;
        using CancellationTokenRegistration link = _lifetime.Link(cancellationToken);
        try
        {
            CallResponse response = await _opening;
            if (response.Messages is { } messages
                && await messages.ReadAsync(_parser, _lifetime.Token) is { } message)
                return message;
            EndWith(response);
            response.Messages?.Complete();
        }
        catch (Exception e)
        {
            throw Told(e, cancellationToken);
        }

        return _outcome.Failure is null ? null : throw _outcome.Failure;
    }

    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken) is { } response)
            yield return response;
    }

    /// <summary>The response of a method that gives exactly one, the end of the call behind it included.</summary>
    public async Task<GrpcResponse<TResponse>> ReadSingleAsync()
    {
        TResponse response = await ReadAsync(CancellationToken.None)
            ?? throw End(new GrpcException(GrpcStatusCode.Internal, "The server ended the call without its response."));
        if (await ReadAsync(CancellationToken.None) is not null)
            throw End(new GrpcException(GrpcStatusCode.Internal, "The server sent more than the one response."));
        return new GrpcResponse<TResponse>(response, (await _opening).Headers, _outcome.Trailers);
    }

    public ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken) =>
        SendAsync(message, static (content, m, token) => content.WriteAsync(m, token), cancellationToken);

    public ValueTask CompleteAsync(CancellationToken cancellationToken) =>
        SendAsync(0, static (content, _, token) => content.CompleteAsync(token), cancellationToken);

    /// <summary>Ends the call with a failure of the caller's own.</summary>
    public void Fail(Exception failure) => End(failure);

    public void Dispose()
    {
        End(new GrpcException(GrpcStatusCode.Cancelled, "The call was disposed."));
        _lifetime.Dispose();
    }

    private async Task<CallResponse> OpenAsync(CallStarter starter, string path, GrpcCallOptions options)
    {
        try
        {
            return await starter.SendAsync(path, _content, options, _lifetime.Token);
        }
        catch
        {
            (_content as PushContent)?.Abort();
            throw;
        }
    }

    /// <summary>Runs a step of the request stream and tells its failures like those of the responses.</summary>
    private async ValueTask SendAsync<TState>(
        TState state,
        Func<PushContent, TState, CancellationToken, ValueTask> step,
        CancellationToken cancellationToken)
    {
        ThrowIfEnded(null);
        using CancellationTokenRegistration link = _lifetime.Link(cancellationToken);
        try
        {
            await step((PushContent)_content, state, _lifetime.Token);
        }
        catch (Exception e) when (e is not GrpcException && !CallLifetime.IsMisuse(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await EndIfRefusedAsync();
            ThrowIfEnded(e);
            throw Told(e, cancellationToken);
        }
    }

    // A server that refuses a call at once closes the request stream too: the refusal says more than the break.
    private async Task EndIfRefusedAsync()
    {
        try
        {
            CallResponse response = await _opening.WaitAsync(_lifetime.Token);
            if (response.Messages is null)
                EndWith(response);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            End(_lifetime.Translate(e, default));
        }
    }

    private void ThrowIfEnded(Exception? cause)
    {
        if (_outcome.Ended)
            throw _outcome.Failure ?? new GrpcException(
                GrpcStatusCode.Cancelled, "The server has ended the call and takes no more requests.", null, cause);
    }

    private void EndWith(CallResponse response)
    {
        (GrpcStatus status, GrpcMetadata trailers) = response.ReadStatus();
        End(status.IsOk ? null : new GrpcException(status.Code, status.Message, trailers), trailers);
    }

    private void EndEarly() => End(_lifetime.Translate(new OperationCanceledException(), default));

    /// <summary>Ends the call by a failure; its own token's cancellation is told to the operation that it hit.</summary>
    private Exception Told(Exception failure, CancellationToken operation)
    {
        Exception translated = _lifetime.Translate(failure, operation);
        Exception first = End(translated);
        return operation.IsCancellationRequested ? translated : first;
    }

    private Exception End(Exception failure)
    {
        End(failure, (failure as GrpcException)?.Trailers ?? new GrpcMetadata());
        return _outcome.Failure ?? failure;
    }

    /// <summary>Fixes how the call ended, the first time, and lets go of its stream (by a reset, if it still runs).</summary>
    private void End(Exception? failure, GrpcMetadata trailers)
    {
        if (!_outcome.TryEnd(failure, trailers))
            return;
        (_content as PushContent)?.Abort();
        _lifetime.Cancel();
        _ = _opening.ContinueWith(
            static t => t.Result.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}

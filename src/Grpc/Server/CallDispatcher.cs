using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Server;

/// <summary>Runs a request as a call: gate, headers, deadline, handler, status.</summary>
internal sealed class CallDispatcher(GrpcServerOptions options, CallLimiter limiter, ILogger logger)
{
    private static readonly GrpcStatus s_late = new(GrpcStatusCode.DeadlineExceeded, "The deadline has passed.");

    public async Task RunAsync(HttpContext http, string path, Func<ServerCall, Task> handler)
    {
        if (!RequestGate.IsGrpc(http))
            return;
        RequestGate.Prepare(http);
        GrpcStatus status = RequestGate.Read(http.Request, out GrpcMetadata metadata, out TimeSpan? timeout);
        if (status.IsOk && !path.Equals(http.Request.Path.Value, StringComparison.Ordinal))
            status = UnknownMethod(http.Request.Path);
        if (status.IsOk && timeout == TimeSpan.Zero)
            status = s_late;
        if (!status.IsOk)
            await RefuseAsync(http, status);
        else if (!limiter.TryEnter())
            await RefuseAsync(http, new GrpcStatus(GrpcStatusCode.ResourceExhausted, "Too many calls are running."));
        else
            await AdmittedAsync(http, path, metadata, timeout, handler);
    }

    public static GrpcStatus UnknownMethod(string path) =>
        new(GrpcStatusCode.Unimplemented, $"The method {path} is not implemented.");

    public static async Task RefuseAsync(HttpContext http, GrpcStatus status)
    {
        using ResponseStream responses = new(http.Response, 0, CancellationToken.None);
        await responses.FinishAsync(status, new GrpcMetadata());
    }

    private async Task AdmittedAsync(
        HttpContext http, string path, GrpcMetadata metadata, TimeSpan? timeout, Func<ServerCall, Task> handler)
    {
        using CancellationTokenSource deadline = timeout <= GrpcTimeout.Longest
            ? new CancellationTokenSource(timeout.Value, options.TimeProvider)
            : new CancellationTokenSource();
        using var token = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, deadline.Token);
        using ResponseStream responses = new(http.Response, options.MaxSendMessageBytes, token.Token);
        GrpcServerContext context = new(
            http, path, metadata, DeadlineOf(timeout), token.Token, StoppingOf(http), responses.SendHeadersAsync);
        responses.Headers = context.ResponseHeaders;
        FrameReader requests = new(http.Request.BodyReader, options.MaxReceiveMessageBytes);
        try
        {
            GrpcStatus? status = await InvokeAsync(new ServerCall(context, requests, responses), handler, deadline);
            if (status is { } known)
                await responses.FinishAsync(known, context.ResponseTrailers);
        }
        finally
        {
            limiter.Leave();
        }
    }

    /// <summary>The status of the call, or null where nobody is left to tell it to.</summary>
    private async Task<GrpcStatus?> InvokeAsync(
        ServerCall call, Func<ServerCall, Task> handler, CancellationTokenSource deadline)
    {
        Exception? failure = null;
        try
        {
            await handler(call);
        }
#pragma warning disable CA1031 // Whatever a handler throws becomes the status of its call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        string method = call.Context.Method;
        if (call.Context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            GrpcServerLog.CallAbandoned(logger, method);
            return null;
        }

        GrpcStatus status = deadline.IsCancellationRequested ? s_late : StatusOf(call, failure);
        if (!status.IsOk)
            GrpcServerLog.CallFailed(logger, method, status.Code);
        return status;
    }

    private GrpcStatus StatusOf(ServerCall call, Exception? failure)
    {
        switch (failure)
        {
            case null:
                return GrpcStatus.Ok;
            case GrpcException chosen:
                call.Context.ResponseTrailers.AddRange(chosen.Trailers);
                return chosen.Status;
            case OperationCanceledException:
                return new GrpcStatus(GrpcStatusCode.Cancelled, "The call was cancelled.");
            default:
                GrpcServerLog.HandlerFailed(logger, failure, call.Context.Method);
                return new GrpcStatus(GrpcStatusCode.Unknown, "The handler failed.");
        }
    }

    private DateTimeOffset? DeadlineOf(TimeSpan? timeout)
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        return timeout is { } t && t < DateTimeOffset.MaxValue - now ? now + t : null;
    }

    private static CancellationToken StoppingOf(HttpContext http) =>
        http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
}

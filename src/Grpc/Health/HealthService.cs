using System.Collections.Immutable;
using TeeTee.Grpc.Health;
using ServingStatus = TeeTee.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace TeeTee.Grpc;

/// <summary>
/// The health of a server and of each of its services, as grpc.health.v1 tells it. The server as a whole (the
/// empty name) starts as SERVING; a service is unknown until its status is set. Thread-safe.
/// </summary>
public sealed class HealthService
{
    private readonly Lock _gate = new();
    private State _state = new(ImmutableDictionary<string, ServingStatus>.Empty.Add("", ServingStatus.Serving));

    /// <summary>Sets the status of a service and tells its watchers.</summary>
    /// <param name="service">The full name, or empty for the server as a whole.</param>
    /// <param name="status">SERVING, NOT_SERVING or UNKNOWN.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is another value.</exception>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (status is not (ServingStatus.Serving or ServingStatus.NotServing or ServingStatus.Unknown))
            throw new ArgumentOutOfRangeException(nameof(status), status, "Not a status that a service can have.");
        State before;
        lock (_gate)
        {
            before = _state;
            _state = new State(before.Services.SetItem(service, status));
        }

        before.Changed.SetResult();
    }

    /// <summary>The status of a service, or null for one that was never named.</summary>
    public ServingStatus? GetStatus(string service) => Volatile.Read(ref _state).StatusOf(service);

    internal HealthCheckResponse Check(HealthCheckRequest request) => new()
    {
        Status = GetStatus(request.Service)
            ?? throw new GrpcException(GrpcStatusCode.NotFound, $"The service '{request.Service}' is unknown."),
    };

    internal async Task WatchAsync(
        HealthCheckRequest request, IGrpcStreamWriter<HealthCheckResponse> responses, GrpcServerContext context)
    {
        using var token = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, context.Stopping);
        ServingStatus? told = null;
        try
        {
            while (true)
            {
                State state = Volatile.Read(ref _state);
                ServingStatus status = state.StatusOf(request.Service) ?? ServingStatus.ServiceUnknown;
                if (status != told)
                    await responses.WriteAsync(new HealthCheckResponse { Status = status }, token.Token);
                told = status;
                await state.Changed.Task.WaitAsync(token.Token);
            }
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "The server is shutting down.");
        }
    }

    private sealed class State(ImmutableDictionary<string, ServingStatus> services)
    {
        public ImmutableDictionary<string, ServingStatus> Services => services;

        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ServingStatus? StatusOf(string service) =>
            services.TryGetValue(service, out ServingStatus status) ? status : null;
    }
}

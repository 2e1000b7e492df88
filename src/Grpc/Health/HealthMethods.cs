using TeeTee.Grpc.Health;

namespace TeeTee.Grpc;

/// <summary>The methods of grpc.health.v1, for clients too.</summary>
public static class HealthMethods
{
    private const string Service = "grpc.health.v1.Health";

    /// <summary>The present status of a service; NOT_FOUND for one that the server never named.</summary>
    public static GrpcMethod<HealthCheckRequest, HealthCheckResponse> Check { get; } = new(
        Service, "Check", GrpcMethodType.Unary, HealthCheckRequest.Parser, HealthCheckResponse.Parser);

    /// <summary>The present status of a service and then each change.</summary>
    public static GrpcMethod<HealthCheckRequest, HealthCheckResponse> Watch { get; } = new(
        Service, "Watch", GrpcMethodType.ServerStreaming, HealthCheckRequest.Parser, HealthCheckResponse.Parser);
}

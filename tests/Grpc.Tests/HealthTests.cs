using TeeTee.Grpc.Health;
using TeeTee.Grpc.Tests.Support;
using ServingStatus = TeeTee.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace TeeTee.Grpc.Tests;

public class HealthTests
{
    [Fact]
    public async Task Check_EachState_IsTold()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        server.Health.SetStatus("a.Service", ServingStatus.NotServing);

        Assert.Equal(ServingStatus.Serving, await CheckAsync(""));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync("a.Service"));
        await Bounded.FailsWith(GrpcStatusCode.NotFound, () => CheckAsync("b.Service"));

        async Task<ServingStatus> CheckAsync(string service) => (await channel.UnaryAsync(
            HealthMethods.Check, new HealthCheckRequest { Service = service }).Within()).Status;
    }

    [Fact]
    public async Task Watch_Changes_AreSentOnceEach()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.ServerStreaming(HealthMethods.Watch, new HealthCheckRequest { Service = "s" });

        Assert.Equal(ServingStatus.ServiceUnknown, (await call.ReadAsync(default).Within())!.Status);
        server.Health.SetStatus("s", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, (await call.ReadAsync(default).Within())!.Status);
        server.Health.SetStatus("s", ServingStatus.Serving);
        server.Health.SetStatus("other", ServingStatus.NotServing);
        server.Health.SetStatus("s", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, (await call.ReadAsync(default).Within())!.Status);
    }

    [Fact]
    public async Task Watch_HostStops_EndsUnavailable()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using GrpcChannel channel = server.CreateChannel();
        await using var call = channel.ServerStreaming(HealthMethods.Watch, new HealthCheckRequest());
        await call.ReadAsync(default).Within();
        Task<HealthCheckResponse?> next = call.ReadAsync(default).AsTask();

        await server.StopAsync();

        GrpcException e = await Bounded.FailsWith(GrpcStatusCode.Unavailable, () => next);
        Assert.Contains("shutting down", e.Message);
    }

    [Fact]
    public void SetStatus_ServiceUnknown_Throws() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new HealthService().SetStatus("s", ServingStatus.ServiceUnknown));
}

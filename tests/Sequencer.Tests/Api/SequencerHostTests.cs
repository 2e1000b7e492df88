using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TeeTee.Hosting.Failures;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Api;

public sealed class SequencerHostTests
{
    [Fact]
    public async Task Start_PortInUse_SaysSo()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        SequencerOptions second = test.Options with
        {
            Listen = new IPEndPoint(IPAddress.Loopback, test.Host.Address.Port),
            DatabasePath = test.Options.DatabasePath + ".second",
        };
        FailureException refusal = await Assert.ThrowsAsync<FailureException>(() => SequencerHost.StartAsync(second, CancellationToken.None).Within());
        Assert.Equal(("port_in_use", ExitCode.Configuration), (refusal.Code, refusal.ExitCode));
    }

    [Fact]
    public async Task WaitForShutdown_LoopBroken_IsAFailure()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        SequencerOptions second = test.Options with
        {
            DatabasePath = test.Options.DatabasePath + ".second",
            ConfigureServices = services => services.AddHostedService<BrokenLoop>(),
        };
        await using SequencerHost host = await SequencerHost.StartAsync(second, CancellationToken.None).Within();
        FailureException failure = await Assert.ThrowsAsync<FailureException>(() => host.WaitForShutdownAsync(CancellationToken.None).Within());
        Assert.Equal(("internal", ExitCode.Unexpected), (failure.Code, failure.ExitCode));
    }

    [Fact]
    public async Task WaitForShutdown_AskedToStop_IsNone()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        Task stopped = test.Host.WaitForShutdownAsync(CancellationToken.None);
        await test.Host.StopAsync(CancellationToken.None).Within();
        await stopped.Within();
    }

    [Fact]
    public async Task Start_UnusableDatabase_SaysSo()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        string path = test.Options.DatabasePath + ".text";
        await File.WriteAllTextAsync(path, new string('x', 4096));
        SequencerOptions second = test.Options with { DatabasePath = path };
        FailureException refusal = await Assert.ThrowsAsync<FailureException>(() => SequencerHost.StartAsync(second, CancellationToken.None).Within());
        Assert.Equal("database_unusable", refusal.Code);
    }

    private sealed class BrokenLoop(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            throw new InvalidDataException("The loop broke.");
        }
    }
}

using System.Net;
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
    public async Task Start_UnusableDatabase_SaysSo()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(waitForShards: false);
        string path = test.Options.DatabasePath + ".text";
        await File.WriteAllTextAsync(path, new string('x', 4096));
        SequencerOptions second = test.Options with { DatabasePath = path };
        FailureException refusal = await Assert.ThrowsAsync<FailureException>(() => SequencerHost.StartAsync(second, CancellationToken.None).Within());
        Assert.Equal("database_unusable", refusal.Code);
    }
}

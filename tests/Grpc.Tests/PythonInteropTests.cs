using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

/// <summary>Our two ends against Python's grpcio's; its client runs all scenarios once, its server serves them all.</summary>
public sealed class PythonInteropTests(PythonInteropTests.Peers peers) : IClassFixture<PythonInteropTests.Peers>
{
    public static TheoryData<string> ClientScenarios => [.. ForeignClient.Scenarios.Keys];

    public static TheoryData<string> ServerScenarios => [.. ForeignServer.Scenarios.Keys];

    [PythonTheory]
    [MemberData(nameof(ClientScenarios))]
    public async Task Server_PythonClient_SeesWhatItShould(string scenario) =>
        await (await peers.Client.Value).VerifyAsync(scenario);

    [PythonTheory]
    [MemberData(nameof(ServerScenarios))]
    public async Task Client_PythonServer_SeesWhatItShould(string scenario) =>
        await ForeignServer.Scenarios[scenario](await peers.Server.Value);

    /// <summary>Started by the first test that needs them, so not at all where the tests are skipped.</summary>
    public sealed class Peers : IAsyncLifetime
    {
        internal Lazy<Task<ForeignClient>> Client { get; } = new(() => ForeignClient.RunAsync(
            address => ForeignProcess.Python("client.py", address)));

        internal Lazy<Task<ForeignServer>> Server { get; } = new(() => ForeignServer.StartAsync(
            () => ForeignProcess.Python("server.py")));

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (Client.IsValueCreated)
                await (await Client.Value).DisposeAsync();
            if (Server.IsValueCreated)
                await (await Server.Value).DisposeAsync();
        }
    }
}

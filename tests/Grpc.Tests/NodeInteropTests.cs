using TeeTee.Grpc.Tests.Support;

namespace TeeTee.Grpc.Tests;

/// <summary>Our two ends against grpc-js's; its client runs all scenarios once, its server serves them all.</summary>
public sealed class NodeInteropTests(NodeInteropTests.Peers peers) : IClassFixture<NodeInteropTests.Peers>
{
    public static TheoryData<string> ClientScenarios => [.. ForeignClient.Scenarios.Keys];

    public static TheoryData<string> ServerScenarios => [.. ForeignServer.Scenarios.Keys];

    [Theory]
    [MemberData(nameof(ClientScenarios))]
    public async Task Server_NodeClient_SeesWhatItShould(string scenario) =>
        await (await peers.Client.Value).VerifyAsync(scenario);

    [Theory]
    [MemberData(nameof(ServerScenarios))]
    public async Task Client_NodeServer_SeesWhatItShould(string scenario) =>
        await ForeignServer.Scenarios[scenario](await peers.Server.Value);

    /// <summary>Started by the first test that needs them, so not at all where the tests are skipped.</summary>
    public sealed class Peers : IAsyncLifetime
    {
        internal Lazy<Task<ForeignClient>> Client { get; } = new(() => ForeignClient.RunAsync(
            address => ForeignProcess.Node("client.mjs", address)));

        internal Lazy<Task<ForeignServer>> Server { get; } = new(() => ForeignServer.StartAsync(
            () => ForeignProcess.Node("server.mjs")));

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

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>A chain, two shards and a database file for one test.</summary>
public abstract class NodeTest : IAsyncLifetime
{
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(60));
    private readonly List<TestNode> _nodes = [];

    internal ChainWorld World { get; private set; } = null!;

    internal ShardStub[] Shards { get; private set; } = [];

    internal string DatabasePath { get; } = TestNode.NewPath();

    internal CancellationToken Bound => _bound.Token;

    public async Task InitializeAsync()
    {
        World = await ChainWorld.StartAsync(Bound);
        Shards = [new ShardStub(World, 0), new ShardStub(World, 1)];
    }

    public async Task DisposeAsync()
    {
        foreach (TestNode node in _nodes)
            await node.DisposeAsync();
        await World.DisposeAsync();
        _bound.Dispose();
        if (Path.GetDirectoryName(DatabasePath) is { } folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Opens the test's database.</summary>
    internal TestNode Open(
        Func<TeeTee.Sequencer.Batching.BatchingOptions, TeeTee.Sequencer.Batching.BatchingOptions>? change = null, HttpMessageHandler? handler = null)
    {
        var node = TestNode.Open(DatabasePath, World, Shards, change, handler);
        _nodes.Add(node);
        return node;
    }
}

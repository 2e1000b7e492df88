using System.Net;
using TeeTee.Ethereum;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>The hosts that <c>teetee shard</c> runs, one per part of the model, in this process but over gRPC on loopback as between machines.</summary>
internal sealed class BenchPipeline : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-bench-").FullName;
    private readonly BenchChain _chain = new();
    private readonly List<(Slot Slot, ShardNodeHost Host)> _shards = [];

    private BenchPipeline(RollupDomain domain) => Domain = domain;

    public RollupDomain Domain { get; }

    /// <summary>Where jobs are opened.</summary>
    public Uri Head => _shards[0].Host.Address;

    public static async Task<BenchPipeline> StartAsync(BenchPlan plan, ModelConfig config, Bytes32 modelId, ModelStoreOptions store, CancellationToken cancellationToken)
    {
        const ulong LocalChain = 31337;
        BenchPipeline pipeline = new(new RollupDomain(LocalChain, PrivateKey.Generate().Address));
        try
        {
            foreach (LayerRange range in LayerRange.Split(config.LayerCount, plan.Shards))
                await pipeline.AddAsync(plan, range, modelId, store, cancellationToken).ConfigureAwait(false);
            return pipeline;
        }
        catch
        {
            await pipeline.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>All slots in layer order, as an OpenJob names them.</summary>
    public IEnumerable<PipelineSlot> Slots() => _shards.Select(shard => new PipelineSlot
    {
        SlotId = shard.Slot.SlotId,
        Operator = shard.Slot.Operator.ToWire(),
        Endpoint = shard.Host.Address.GetLeftPart(UriPartial.Authority),
        FirstLayer = shard.Slot.FirstLayer,
        LayerCount = shard.Slot.LayerCount,
        SigningKey = shard.Host.SigningKey.ToWire(),
    });

    public async ValueTask DisposeAsync()
    {
        foreach ((_, ShardNodeHost host) in _shards)
            await host.DisposeAsync().ConfigureAwait(false);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AddAsync(BenchPlan plan, LayerRange range, Bytes32 modelId, ModelStoreOptions store, CancellationToken cancellationToken)
    {
        uint id = (uint)_shards.Count + 1;
        Slot slot = new(id, PrivateKey.Generate().Address, modelId, (uint)range.First, (uint)range.Count);
        _chain.Add(slot, key: null);
        ShardNodeHost host = await ShardNodeHost.StartAsync(
            new ShardNodeOptions
            {
                ModelPath = plan.Model,
                FirstLayer = range.First,
                LayerCount = range.Count,
                ChainId = Domain.ChainId,
                Rollup = Domain.Rollup,
                SlotId = id,
                Operator = slot.Operator,
                ChainEndpoint = new Uri("http://127.0.0.1:1/"),
                ChainView = _chain,
                StateFolder = Path.Combine(_folder, $"shard-{id}"),
                SimulatorFolder = Path.Combine(_folder, "simulator"),
                PlainLinks = true,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Threads = plan.Threads,
                Kernels = plan.Kernels,
                ModelStore = store,
                Limits = new ShardLimits { MaxConcurrentJobs = Math.Max(16, plan.Sessions) },
                DrainTimeout = TimeSpan.Zero,
            },
            cancellationToken).ConfigureAwait(false);
        _chain.Add(slot, new SlotKey(id, host.SigningKey, host.EncryptionKey, 0, ulong.MaxValue));
        _shards.Add((slot, host));
    }
}

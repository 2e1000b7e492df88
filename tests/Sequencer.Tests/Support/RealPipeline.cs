using System.Net;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardNode;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>Two real shards that compute the bundled model and sign for it, and what a sequencer over them is started with.</summary>
internal sealed class RealPipeline : IAsyncDisposable
{
    public const int OutputTokens = 24;

    private static readonly string s_model = Repository.PathOf("models", "demo", "teetee-demo.gguf");

    public static string ModelPath => s_model;

    private readonly ShardNodeHost?[] _shards = new ShardNodeHost?[2];
    private readonly int[] _ports = new int[2];
    private readonly RealChain _chain;
    private readonly LayerRange[] _ranges;

    private RealPipeline(CanonicalModel model)
    {
        ModelId = model.ComputeIdentity(CancellationToken.None).ModelId;
        _ranges = LayerRange.Split(model.Config.LayerCount, 2);
        _chain = new RealChain(new ListedModel(
            ModelId, (uint)model.Config.LayerCount, (uint)model.Config.ContextLength, 1, false, Bytes32.Zero, Bytes32.Zero, Bytes32.Zero));
        for (int i = 0; i < 2; i++)
            _chain.Slots[(uint)i + 1] = new Slot((uint)i + 1, TestWorld.ShardKeys[i].Address, ModelId, (uint)_ranges[i].First, (uint)_ranges[i].Count);
    }

    public static uint[] Prompt { get; } = [1, 20, 30, 40];

    public string Folder { get; } = Directory.CreateTempSubdirectory("teetee-real-").FullName;

    public Bytes32 ModelId { get; }

    public Bytes32 EncryptionKey => _shards[0]!.EncryptionKey;

    public static async Task<RealPipeline> StartAsync()
    {
        using CanonicalModel model = CanonicalModel.Import(s_model);
        RealPipeline pipeline = new(model);
        await pipeline.StartShardAsync(0);
        await pipeline.StartShardAsync(1);
        return pipeline;
    }

    /// <summary>What the model answers to <see cref="Prompt"/>, computed without shards.</summary>
    public static uint[] OfflineAnswer()
    {
        using CanonicalModel model = CanonicalModel.Import(s_model);
        OfflineRunOptions options = new() { MaxTokens = OutputTokens, Shards = 1, Sampling = SamplingParameters.MostLikely, StopTokens = [], Threads = 1 };
        return [.. OfflineRunner.Run(model, Prompt, options, CancellationToken.None).OutputTokens];
    }

    public JobRequest Request(ulong nonce) =>
        TestWorld.Request(nonce, Prompt) with { ModelId = ModelId, MaxOutputTokens = OutputTokens, StopTokens = [], MaxFee = 100_000 };

    public async Task RestartShardAsync(int index)
    {
        await _shards[index]!.DisposeAsync().AsTask().Within();
        await StartShardAsync(index);
    }

    public SequencerOptions Options(Action<ILoggingBuilder>? logging = null) => new()
    {
        Key = TestWorld.Sequencer,
        ChainEndpoint = new Uri("http://127.0.0.1:1/"),
        Deployment = TestWorld.Deployment,
        DatabasePath = Path.Combine(Folder, "sequencer.db"),
        Models = [TestWorld.Offer with { ModelId = ModelId }],
        Shards = [.. _shards.Select(shard => new ShardEndpoint(new Uri(shard!.Address.GetLeftPart(UriPartial.Authority))))],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Times = TestSequencer.QuickTimes with { GiveUpAfter = TimeSpan.FromSeconds(25) },
        AllowSimulatedTee = true,
        TrustedRoot = TrustedRoot.FromFile(Path.Combine(Folder, "simulator", SimulatedPki.RootFile)),
        Collateral = CollateralFile.Open(Path.Combine(Folder, "simulator", SimulatedPki.CollateralFile)),
        Chain = _chain,
        ConfigureLogging = logging ?? (builder => builder.ClearProviders()),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (ShardNodeHost? shard in _shards)
        {
            if (shard is not null)
                await shard.DisposeAsync().AsTask().Within();
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task StartShardAsync(int index)
    {
        ShardNodeHost shard = await ShardNodeHost.StartAsync(new ShardNodeOptions
        {
            ModelPath = s_model,
            FirstLayer = _ranges[index].First,
            LayerCount = _ranges[index].Count,
            ChainId = TestWorld.Deployment.ChainId,
            Rollup = TestWorld.Deployment.Rollup,
            SlotId = (uint)index + 1,
            Operator = TestWorld.ShardKeys[index].Address,
            ChainEndpoint = new Uri("http://127.0.0.1:1/"),
            ChainView = _chain,
            StateFolder = Path.Combine(Folder, $"shard{index}"),
            SimulatorFolder = Path.Combine(Folder, "simulator"),
            Listen = new IPEndPoint(IPAddress.Loopback, _ports[index]),
            Threads = 1,
            DrainTimeout = TimeSpan.Zero,
            ConfigureLogging = logging => logging.ClearProviders(),
        }, CancellationToken.None).Within();
        (_shards[index], _ports[index]) = (shard, shard.Address.Port);
        uint slot = (uint)index + 1;
        _chain.Keys[slot] = new SlotKey(slot, shard.SigningKey, shard.EncryptionKey, 0, ulong.MaxValue);
    }
}

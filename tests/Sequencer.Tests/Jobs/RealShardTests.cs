using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Gateway.Jobs;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardNode;
using FinishReason = TeeTee.Rollup.Messages.FinishReason;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>The sequencer over two real shards that compute the bundled model and sign for it.</summary>
public sealed class RealShardTests : IAsyncDisposable
{
    private const int OutputTokens = 24;
    private static readonly string s_model = Repository.PathOf("models", "demo", "teetee-demo.gguf");
    private static readonly uint[] s_prompt = [1, 20, 30, 40];

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-real-").FullName;
    private readonly ShardNodeHost?[] _shards = new ShardNodeHost?[2];
    private readonly int[] _ports = new int[2];
    private RealChain _chain = null!;
    private LayerRange[] _ranges = [];
    private Bytes32 _modelId;

    public async ValueTask DisposeAsync()
    {
        foreach (ShardNodeHost? shard in _shards)
        {
            if (shard is not null)
                await shard.DisposeAsync().AsTask().Within();
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Job_LastShardKilledInMidAnswer_IsTheOfflineAnswerAndChargedOnce()
    {
        uint[] expected = Prepare();
        await StartShardAsync(0);
        await StartShardAsync(1);
        await using SequencerHost host = await SequencerHost.StartAsync(Options(), CancellationToken.None).Within();
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await BoundedWait.UntilAsync(() => pool.PipelineOf(_modelId) is not null);
        using HttpClient http = new() { BaseAddress = host.Address, Timeout = Timeout.InfiniteTimeSpan };
        HttpJobClient jobs = new(http, TimeSpan.Zero, TimeProvider.System);
        JobRequest request = TestWorld.Request(1, s_prompt) with { ModelId = _modelId, MaxOutputTokens = OutputTokens, StopTokens = [], MaxFee = 100_000 };
        JobSubmission submission = new(request, TestWorld.Domain.Sign(request, TestWorld.User).Signature, [.. s_prompt]);

        List<JobEvent> events = [];
        using CancellationTokenSource bound = new(BoundedWait.Limit);
        await foreach (JobEvent item in jobs.SubmitAsync(submission, bound.Token))
        {
            events.Add(item);
            if (item is JobTokens && events.OfType<JobTokens>().Count() == 1)
            {
                await _shards[1]!.DisposeAsync().AsTask().Within();
                await StartShardAsync(1);
            }
        }

        JobFinished finished = Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(expected, TestSequencer.TokensOf(events));
        Assert.Equal((FinishReason.Length, (uint)OutputTokens), (finished.Finish, finished.OutputTokens));
        Assert.Equal(TokenCommitment.Root([.. s_prompt, .. expected]), finished.TokensRoot);
        AccountInfo account = await jobs.GetAccountAsync(TestWorld.User.Address, bound.Token);
        Assert.Equal((finished.Fee, (UInt128)0), (account.Spent, account.Held));
    }

    private uint[] Prepare()
    {
        using CanonicalModel model = CanonicalModel.Import(s_model);
        _modelId = model.ComputeIdentity(null, CancellationToken.None).ModelId;
        _ranges = LayerRange.Split((int)model.Config.LayerCount, 2);
        _chain = new RealChain(new ListedModel(
            _modelId, (uint)model.Config.LayerCount, (uint)model.Config.ContextLength, 1, false, Bytes32.Zero, Bytes32.Zero, Bytes32.Zero));
        for (int i = 0; i < 2; i++)
            _chain.Slots[(uint)i + 1] = new Slot((uint)i + 1, TestWorld.ShardKeys[i].Address, _modelId, (uint)_ranges[i].First, (uint)_ranges[i].Count);
        OfflineRunOptions options = new() { MaxTokens = OutputTokens, Shards = 1, Sampling = SamplingParameters.MostLikely, StopTokens = [], Threads = 1 };
        return [.. OfflineRunner.Run(model, s_prompt, options, CancellationToken.None).OutputTokens];
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
            StateFolder = Path.Combine(_folder, $"shard{index}"),
            SimulatorFolder = Path.Combine(_folder, "simulator"),
            Listen = new IPEndPoint(IPAddress.Loopback, _ports[index]),
            Threads = 1,
            DrainTimeout = TimeSpan.Zero,
            ConfigureLogging = logging => logging.ClearProviders(),
        }, CancellationToken.None).Within();
        (_shards[index], _ports[index]) = (shard, shard.Address.Port);
        uint slot = (uint)index + 1;
        _chain.Keys[slot] = new SlotKey(slot, shard.SigningKey, shard.EncryptionKey, 0, ulong.MaxValue);
    }

    private SequencerOptions Options() => new()
    {
        Key = TestWorld.Sequencer,
        ChainEndpoint = new Uri("http://127.0.0.1:1/"),
        Deployment = TestWorld.Deployment,
        DatabasePath = Path.Combine(_folder, "sequencer.db"),
        Models = [TestWorld.Offer with { ModelId = _modelId }],
        Shards = [.. _shards.Select(shard => new ShardEndpoint(new Uri(shard!.Address.GetLeftPart(UriPartial.Authority))))],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Times = TestSequencer.QuickTimes with { GiveUpAfter = TimeSpan.FromSeconds(25) },
        AllowSimulatedTee = true,
        TrustedRoot = TrustedRoot.FromFile(Path.Combine(_folder, "simulator", "root.pem")),
        Collateral = CollateralFile.Open(Path.Combine(_folder, "simulator", "collateral.json")),
        Chain = _chain,
        ConfigureLogging = logging => logging.ClearProviders(),
    };
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Hosting.Observability;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Defence;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using CancelJob = TeeTee.Rollup.Messages.CancelJob;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>A receipt of a real shard in a batch on a real chain, and a challenger who disputes it.</summary>
internal sealed class DisputeWorld : IAsyncDisposable
{
    public const int PromptLength = 7;
    public const uint Outputs = 4;

    private readonly AnvilWorld _world;
    private readonly ShardNodeOptions _options;
    private JobFinished _finished = null!;
    private Signed<JobRequest> _request = null!;
    private BatchHeader _header = null!;
    private BatchData _data = null!;
    private Bytes32 _batchHash;

    private DisputeWorld(AnvilWorld world, ShardNodeOptions options) => (_world, _options) = (world, options);

    public static PrivateKey Challenger => AnvilWorld.User;

    public EthereumClient Client => _world.Client;

    public AnvilWorld World => _world;

    public ShardNodeHost Host { get; private set; } = null!;

    public DisputeGameContract Game => new(Client, _world.Deployment.DisputeGame!.Value);

    public Readiness Readiness { get; } = new();

    public DefenderMetrics Metrics { get; } = new();

    public TestLog Log { get; } = new();

    public static async Task<DisputeWorld> StartAsync(Func<ShardNodeOptions, ShardNodeOptions>? change = null)
    {
        AnvilWorld world = await AnvilWorld.StartAsync();
        ShardNodeOptions options = world.Options with { PlainLinks = true, DrainTimeout = TimeSpan.Zero };
        DisputeWorld dispute = new(world, change?.Invoke(options) ?? options);
        await dispute.StartHostAsync();
        await dispute.RunJobAsync();
        await dispute.PostAsync();
        return dispute;
    }

    public async Task StartHostAsync() => Host = await ShardNodeHost.StartAsync(_options, CancellationToken.None).Bound();

    /// <summary>The host's process dies and a new one starts on its disk.</summary>
    public async Task RestartHostAsync()
    {
        await Host.DisposeAsync().AsTask().Bound();
        await StartHostAsync();
    }

    /// <summary>A defender on the host's evidence; its moves under way are in one file, whoever opens it.</summary>
    public Defender Defender(Func<DefenderOptions, DefenderOptions>? change = null, HttpMessageHandler? handler = null)
    {
        DefenderOptions options = new()
        {
            Key = AnvilWorld.Host,
            MinBalance = 1,
            Retry = TimeSpan.Zero,
            Transactions = new TransactionSenderOptions { ReceiptPoll = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(5) },
        };
        EthereumClient client = handler is null ? Client : new EthereumClient(new JsonRpcClient(_options.ChainEndpoint, handler));
        return new Defender(
            change?.Invoke(options) ?? options, client, AnvilProcess.ChainId, _options.Rollup, AnvilWorld.Host.Address, Host.Services.Evidence,
            Path.Combine(_options.StateFolder, "test-defence.db"), Readiness, Metrics, TimeProvider.System, Log);
    }

    /// <summary>The context of a dispute about a position.</summary>
    public DisputeContext Context(uint position)
    {
        ShardReceipt receipt = Receipt.Message;
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        Inference.Models.ModelConfig c = model.Config;
        return new DisputeContext
        {
            BatchIndex = 1,
            BatchHash = _batchHash,
            Leaf = 0,
            Shard = 0,
            Position = position,
            Positions = receipt.Positions,
            Slot = receipt.Slot,
            Operator = receipt.Operator,
            ModelId = TestModel.Id,
            WeightsRoot = model.ComputeIdentity(CancellationToken.None).WeightsRoot,
            Config = new DisputeModel(
                (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount, (uint)c.KvHeadCount,
                (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput),
            FirstLayer = 0,
            LayerCount = (uint)c.LayerCount,
            TokensRoot = receipt.TokensRoot,
            TraceRoot = receipt.TraceRoot,
            PromptTokens = _request.Message.PromptTokens,
            Sampling = _request.Message.Sampling,
            IsSealed = false,
        };
    }

    /// <summary>What an honest party computes at a position, as the entries of a list.</summary>
    public OperatorEntries Entries(uint position)
    {
        DisputeContext context = Context(position);
        Assert.True(Host.Services.Evidence.TryFind(context, out DefenceMaterial? material, out string cause), cause);
        using (material)
        {
            (DefenceList? list, cause) = DefenceList.Make(context, material, CancellationToken.None);
            return new OperatorEntries((list ?? throw new InvalidOperationException(cause)).Groups);
        }
    }

    /// <summary>Opens a dispute with a commitment to a list.</summary>
    /// <param name="position">p.</param>
    /// <param name="own">The list.</param>
    /// <param name="salt">Of the commitment.</param>
    /// <param name="trailing">Bytes behind the call data, which the contract takes without a word.</param>
    public async Task<ulong> OpenAsync(uint position, OperatorEntries own, Bytes32 salt, params byte[] trailing)
    {
        byte[] call = Game.Open(
            _header, 0, _data.Leaves[0].Receipt, _data.ProveReceipt(0), new OpenItems(_request, Receipt), Context(position), own.Commitment(Challenger.Address, salt));
        await SendAsync(Challenger, [.. call, .. trailing], await Game.GetBondAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
        return await Game.CountAsync(BlockTag.Latest, CancellationToken.None);
    }

    /// <summary>Selects an entry in which a list leaves the revealed, honest one.</summary>
    public Task SelectAsync(ulong id, uint position, OperatorEntries own, Bytes32 salt, EntryPlace place)
    {
        OperatorEntries revealed = Entries(position);
        EntryPlace before = Context(position).Layout().Before(place)!.Value;
        OwnListOpening opening = new(salt, own.GroupRoots, own.Prove(place), own.Prove(before));
        return SendAsync(Challenger, Game.Select(id, Context(position), place, revealed.Prove(place), revealed.Prove(before), opening), 0);
    }

    public Task SendAsync(PrivateKey from, byte[] call, UInt128 value) => _world.SendAsync(from, Game.Address, call, value);

    public async Task<GameDispute> GetAsync(ulong id) => await Game.GetAsync(id, BlockTag.Latest, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync().AsTask().Bound();
        Metrics.Dispose();
        await _world.DisposeAsync();
    }

    private Signed<ShardReceipt> Receipt => SlotResult.Read(_finished.Shards[0]).Receipt;

    private async Task RunJobAsync()
    {
        JobRequest request = TestJob.Create(TestModel.Prompt(PromptLength), Outputs, r => r with { Sequencer = AnvilWorld.Owner.Address }).Signed.Message;
        _request = _world.Deployment.Domain().Sign(request, TestJob.User);
        OpenJobRequest open = new()
        {
            Request = _request.ToWire(),
            PostBefore = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1_000,
            Tokens = Google.Protobuf.ByteString.CopyFrom(WireMessages.EncodeTokens(TestModel.Prompt(PromptLength))),
        };
        open.Pipeline.Add(new PipelineSlot
        {
            SlotId = Host.SlotId,
            Operator = AnvilWorld.Host.Address.ToWire(),
            Endpoint = Host.Address.GetLeftPart(UriPartial.Authority),
            FirstLayer = 0,
            LayerCount = TestModel.Layers,
            SigningKey = Host.SigningKey.ToWire(),
        });
        // The key counts from the epoch after its registration on.
        for (int tries = 0; _finished is null; tries++)
        {
            JobRun run = await CallAsync(open).Bound();
            _finished = tries < 60 && run.Failed is { Retryable: true } ? null! : run.Require();
            if (_finished is null)
                await Task.Delay(250);
        }
    }

    private async Task<JobRun> CallAsync(OpenJobRequest open)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(Host.Address, new GrpcChannelOptions());
        JobRun run = new();
        await using GrpcServerStreamingCall<JobEvent> call = channel.ServerStreaming(ShardMethods.OpenJob, open);
        await foreach (JobEvent item in call.ReadAllAsync(CancellationToken.None))
            run.Add(item);
        return run;
    }

    private async Task PostAsync()
    {
        RegistryContract registry = new(Client, _world.Deployment.Registry);
        await _world.SendAsync(AnvilWorld.Owner, registry.Address, registry.RegisterPoster(AnvilWorld.Owner.Address), AnvilWorld.Parameters.MinPosterStake);
        SlotResult result = SlotResult.Read(_finished.Shards[0]);
        byte[] quote = [1, 2, 3];
        QuoteRecord record = new(
            TestModel.Id, Receipt.Message.Slot, Receipt.Message.Operator, Receipt.Message.Epoch, Bytes32.Zero, Host.SigningKey, Host.EncryptionKey, Keccak256.Hash(quote));
        BatchLeaf leaf = new()
        {
            Receipt = new QueryReceipt
            {
                JobId = Receipt.Message.JobId,
                RequestHash = _request.Hash(),
                ShardReceiptHashes = [Receipt.Hash()],
                Finish = (FinishReason)_finished.Finish,
                PromptTokens = _finished.PromptTokens,
                OutputTokens = _finished.OutputTokens,
                TokensRoot = Receipt.Message.TokensRoot,
                CancelHash = Bytes32.Zero,
                Fee = 15,
                StateRootAfter = Keccak256.Hash("state"u8),
            },
            Request = _request,
            Shards = [new ShardEntry(Receipt, 0, new ExecutionProof(0, 1, []))],
            Tokens = _finished.Tokens.Memory,
            LeafLists = [result.Leaves],
        };
        _data = new BatchData([leaf], [new QuoteItem(record, quote)]);
        _header = BatchBuilder.HeaderOf(_data, _data.Chunks());
        RollupContract rollup = new(Client, _world.Deployment.Rollup);
        await _world.SendAsync(AnvilWorld.Owner, rollup.Address, rollup.PostBatch(1, Bytes32.Zero, _header));
        _batchHash = (await rollup.GetBatchAsync(1, BlockTag.Latest, CancellationToken.None))!.BatchHash;
    }

    /// <summary>Critical lines.</summary>
    public sealed class TestLog : ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }
    }
}

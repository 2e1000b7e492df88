using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>Real shard hosts in one process: real Kestrel, real links, real engine, simulator quotes, over a contract in memory.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const ulong ChainId = 84532;

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-shards-").FullName;
    private readonly LayerRange[] _ranges;
    private readonly Func<ShardNodeOptions, ShardNodeOptions> _change;
    private readonly bool _attested;
    private readonly Dictionary<int, int> _ports = [];
    private SimulatedPki? _pki;

    private Cluster(int shards, FakeChain chain, Func<ShardNodeOptions, ShardNodeOptions> change, bool attested)
    {
        (_change, Chain, _attested) = (change, chain, attested);
        _ranges = LayerRange.Split(TestModel.Layers, shards);
        Hosts = new ShardNodeHost[shards];
        Operators = [.. Enumerable.Range(0, shards).Select(_ => PrivateKey.Generate().Address)];
        for (int i = 0; i < shards; i++)
            chain.Slots[SlotId(i)] = new Slot(SlotId(i), Operators[i], TestModel.Id, (uint)_ranges[i].First, (uint)_ranges[i].Count);
    }

    public static Address Rollup { get; } = Address.Parse("0x00000000000000000000000000000000000055aa");

    public static RollupDomain Domain { get; } = new(ChainId, Rollup);

    public FakeChain Chain { get; }

    public ShardNodeHost[] Hosts { get; }

    public Address[] Operators { get; }

    public ShiftedClock Clock { get; } = new();

    public LogCapture Log { get; } = new();

    /// <summary>The poster whose sequencer opens the jobs.</summary>
    public PrivateKey Sequencer { get; } = PrivateKey.Generate();

    public string SimulatorFolder => Path.Combine(_folder, "simulator");

    public SimulatedPki Pki => _pki ??= SimulatedPki.LoadOrCreate(SimulatorFolder, TimeProvider.System);

    /// <summary>The sequencer's certificate, valid by the cluster's clock.</summary>
    public X509Certificate2 SequencerCertificate() =>
        Peers.SequencerOf(Sequencer, from: Clock.GetUtcNow().AddHours(-1), until: Clock.GetUtcNow().AddHours(23));

    public ulong PostBefore => (ulong)Clock.GetUtcNow().ToUnixTimeSeconds() + 86_400;

    public static async Task<Cluster> StartAsync(
        int shards, Func<ShardNodeOptions, ShardNodeOptions>? change = null, FakeChain? chain = null, bool attested = false)
    {
        Cluster cluster = new(shards, chain ?? new FakeChain(), change ?? (options => options), attested);
        cluster.Chain.Posters[cluster.Sequencer.Address] = true;
        for (int i = 0; i < shards; i++)
            await cluster.StartHostAsync(i);
        return cluster;
    }

    public static uint SlotId(int index) => (uint)(index + 11);

    public string StateFolder(int index) => Path.Combine(_folder, $"state{index}");

    public async Task StartHostAsync(int index)
    {
        ShardNodeHost host = await ShardNodeHost.StartAsync(Options(index), CancellationToken.None).Bound();
        Hosts[index] = host;
        _ports[index] = host.Address.Port;
        Chain.Keys[SlotId(index)] = new SlotKey(SlotId(index), host.SigningKey, host.EncryptionKey, 0, ulong.MaxValue);
    }

    public ShardNodeOptions Options(int index) => _change(new ShardNodeOptions
    {
        ModelPath = TestModel.Path,
        FirstLayer = _ranges[index].First,
        LayerCount = _ranges[index].Count,
        ChainId = ChainId,
        Rollup = Rollup,
        SlotId = SlotId(index),
        Operator = Operators[index],
        ChainEndpoint = new Uri("http://127.0.0.1:1/"),
        ChainView = Chain,
        StateFolder = StateFolder(index),
        SimulatorFolder = SimulatorFolder,
        PlainLinks = !_attested,
        QuotePolicy = new QuotePolicy { AllowSimulated = true, AllowedMeasurements = SimulatedMeasurements.Of(PeerForge.Image, PeerForge.Compose).ToAllowList() },
        Listen = new IPEndPoint(IPAddress.Loopback, _ports.GetValueOrDefault(index)),
        Threads = 1,
        Clock = Clock,
        DrainTimeout = TimeSpan.Zero,
        ConfigureLogging = logging => logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Trace),
    });

    /// <summary>What a shard truly is.</summary>
    public ShardClaims Claims(int index) => new(
        ChainId, Rollup, TestModel.Id, SlotId(index), Operators[index], Hosts[index].SigningKey, Hosts[index].EncryptionKey);

    /// <summary>Makes certificates that claim to be one of the shards, on a machine of the same PKI.</summary>
    public PeerForge Forge(int index) => new(Pki, Claims(index));

    public IEnumerable<PipelineSlot> Pipeline() => Hosts.Select((host, i) => new PipelineSlot
    {
        SlotId = SlotId(i),
        Operator = Operators[i].ToWire(),
        Endpoint = host.Address.GetLeftPart(UriPartial.Authority),
        FirstLayer = (uint)_ranges[i].First,
        LayerCount = (uint)_ranges[i].Count,
        SigningKey = host.SigningKey.ToWire(),
    });

    public OpenJobRequest OpenOf(TestJob job, uint resumeFrom = 0)
    {
        OpenJobRequest open = new()
        {
            Request = job.Signed.ToWire(),
            PostBefore = job.PostBefore ?? PostBefore,
            ResumeFrom = resumeFrom,
        };
        if (job.Sealed is { } bytes)
            open.Sealed = Google.Protobuf.ByteString.CopyFrom(bytes);
        else
            open.Tokens = Google.Protobuf.ByteString.CopyFrom(WireMessages.EncodeTokens(job.Prompt));
        open.Pipeline.AddRange(Pipeline());
        return open;
    }

    /// <summary>A channel to a shard; as the sequencer where links are attested.</summary>
    public GrpcChannel Channel(int index) => _attested ? Peers.Channel(Hosts[index].Address, SequencerCertificate()) : GrpcChannel.ForAddress(
        Hosts[index].Address, new GrpcChannelOptions { MaxReceiveMessageBytes = 64 << 20, MaxSendMessageBytes = 64 << 20 });

    public async Task<JobRun> RunAsync(TestJob job, uint resumeFrom = 0, Func<JobRun, Task>? onChunk = null) =>
        await RunAsync(OpenOf(job, resumeFrom), onChunk);

    public async Task<JobRun> RunAsync(OpenJobRequest open, Func<JobRun, Task>? onChunk = null)
    {
        using GrpcChannel channel = Channel(0);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(40));
        JobRun run = new();
        await using GrpcServerStreamingCall<JobEvent> call = channel.ServerStreaming(ShardMethods.OpenJob, open);
        await foreach (JobEvent item in call.ReadAllAsync(limit.Token))
        {
            run.Add(item);
            if (item.OutputChunk is not null && onChunk is not null)
                await onChunk(run);
        }
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ShardNodeHost? host in Hosts)
        {
            if (host is not null)
                await host.DisposeAsync().AsTask().Bound();
        }
        _pki?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

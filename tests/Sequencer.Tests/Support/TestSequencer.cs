using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>The production host over real HTTP, gRPC and SQLite; only the chain and the shards' computing are played.</summary>
internal sealed class TestSequencer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-sequencer-").FullName;
    private HttpClient? _http;

    private TestSequencer(ScriptedShard first, ScriptedShard second) => (First, Second) = (first, second);

    public FakeChain Chain { get; } = new();

    /// <summary>Slot 0, which answers the jobs.</summary>
    public ScriptedShard First { get; private set; }

    public ScriptedShard Second { get; private set; }

    public SequencerHost Host { get; private set; } = null!;

    public SequencerOptions Options { get; private set; } = null!;

    public HttpClient Http => _http!;

    public HttpJobClient Client => new(Http, TimeSpan.Zero, TimeProvider.System);

    public JobStore Store => Host.Services.GetRequiredService<JobStore>();

    public ShardPool Pool => Host.Services.GetRequiredService<ShardPool>();

    public JobService Jobs => Host.Services.GetRequiredService<JobService>();

    public static JobTimes QuickTimes { get; } = new()
    {
        GiveUpAfter = TimeSpan.FromSeconds(10),
        ShardCheckInterval = TimeSpan.FromMilliseconds(100),
        HandshakeTimeout = TimeSpan.FromSeconds(5),
        RegistryAge = TimeSpan.FromMilliseconds(100),
        FirstRetry = TimeSpan.FromMilliseconds(20),
        CreditAge = TimeSpan.FromMilliseconds(1),
        KeepAlive = TimeSpan.FromMilliseconds(100),
    };

    public static async Task<TestSequencer> StartAsync(JobLimits? limits = null, JobTimes? times = null, bool allowSimulated = true, bool waitForShards = true,
        Func<SequencerOptions, SequencerOptions>? change = null)
    {
        TestSequencer test = new(await ScriptedShard.StartAsync(TestWorld.Slots[0]), await ScriptedShard.StartAsync(TestWorld.Slots[1]));
        test.Options = new SequencerOptions
        {
            Key = TestWorld.Sequencer,
            ChainEndpoint = new Uri("http://127.0.0.1:1/"),
            Deployment = TestWorld.Deployment,
            DatabasePath = Path.Combine(test._folder, "sequencer.db"),
            Models = [TestWorld.Offer],
            Shards = [new ShardEndpoint(test.First.Endpoint, 7), new ShardEndpoint(test.Second.Endpoint)],
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Limits = limits ?? new JobLimits(),
            Times = times ?? QuickTimes,
            AllowSimulatedTee = allowSimulated,
            PlainLinks = true,
            Chain = test.Chain,
            ConfigureLogging = logging => logging.ClearProviders(),
        };
        test.Options = change?.Invoke(test.Options) ?? test.Options;
        await test.OpenAsync(waitForShards);
        return test;
    }

    /// <summary>Ends the process's part without drain, as a SIGKILL would, and starts again on the same file.</summary>
    public async Task RestartAsync(bool graceful = false)
    {
        if (graceful)
            await Host.StopAsync(CancellationToken.None).Within();
        await CloseAsync();
        await OpenAsync(waitForShards: true);
    }

    public async Task<ScriptedShard> ReplaceFirstAsync()
    {
        int port = First.Endpoint.Port;
        await First.DisposeAsync();
        return First = await ScriptedShard.StartAsync(TestWorld.Slots[0], port: port);
    }

    public Task<List<JobEvent>> RunAsync(JobSubmission submission) => Client.SubmitAsync(submission, CancellationToken.None).ToListAsync();

    public Task<List<JobEvent>> RunAsync(JobRequest request) => RunAsync(TestWorld.Submission(request));

    public StoredJob JobOf(JobRequest request) => Store.Find(TestWorld.Domain.Digest(request))!;

    public UserTotals Totals(PaymentKind payment = PaymentKind.Credits) => Store.Totals(TestWorld.User.Address, payment);

    public static uint[] TokensOf(IEnumerable<JobEvent> events) => [.. events.OfType<JobTokens>().SelectMany(t => t.Tokens!.Value)];

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task CloseAsync()
    {
        _http?.Dispose();
        await Host.DisposeAsync().AsTask().Within();
    }

    private async Task OpenAsync(bool waitForShards)
    {
        Host = await SequencerHost.StartAsync(Options, CancellationToken.None).Within();
        _http = new HttpClient { BaseAddress = Host.Address, Timeout = Timeout.InfiniteTimeSpan };
        if (waitForShards)
            await BoundedWait.UntilAsync(() => Pool.PipelineOf(TestWorld.ModelId) is not null);
    }
}

using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>
/// A client asks the same over the same wire, once in public and once sealed. The scan that finds prompt and answer of the public job, in the
/// sequencer's files and on the wire, finds nothing of the sealed one.
/// </summary>
public sealed class SealedPrivacyTests
{
    [Fact]
    public async Task Ask_Sealed_LeavesNoPromptOrAnswerWithTheSequencerOrOnTheWire()
    {
        uint[] answer = RealPipeline.OfflineAnswer();
        await using RealPipeline pipeline = await RealPipeline.StartAsync();
        byte[][] stored = [TokenBytes.Encode(RealPipeline.Prompt), TokenBytes.Encode(answer[..4]), TokenBytes.Encode(answer[^4..])];
        byte[][] sent = [Encoding.ASCII.GetBytes($"[{string.Join(',', RealPipeline.Prompt)}]"), .. answer[..4].Select(id => Encoding.ASCII.GetBytes($"\"tokens\":[{id}"))];

        (byte[] closedFiles, byte[] closedWire, string[] closedLog, uint[] closedAnswer) = await AskAsync(pipeline, isSealed: true);
        (byte[] openFiles, byte[] openWire, _, uint[] openAnswer) = await AskAsync(pipeline, isSealed: false);

        Assert.Equal(answer, openAnswer);
        Assert.Equal(answer, closedAnswer);
        Assert.All(stored, bytes => Assert.True(openFiles.AsSpan().IndexOf(bytes) >= 0, "the scan of the files finds nothing of a public job"));
        Assert.True(openWire.AsSpan().IndexOf(sent[0]) >= 0 && openWire.AsSpan().IndexOf(sent[1]) >= 0, "the scan of the wire finds nothing of a public job");
        foreach (byte[] secret in stored.Concat(sent))
        {
            Assert.True(closedFiles.AsSpan().IndexOf(secret) < 0);
            Assert.True(closedWire.AsSpan().IndexOf(secret) < 0);
        }
        Assert.DoesNotContain("\"tokens\":[", Encoding.Latin1.GetString(closedWire), StringComparison.Ordinal);
        Assert.NotEmpty(closedLog);
        Assert.All(closedLog, line => Assert.DoesNotContain(string.Join(',', answer[..3]), line.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static async Task<(byte[] Files, byte[] Wire, string[] Log, uint[] Answer)> AskAsync(RealPipeline pipeline, bool isSealed)
    {
        LogCapture log = new();
        string database = Path.Combine(pipeline.Folder, $"sealed-{isSealed}", "sequencer.db");
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        SequencerOptions options = pipeline.Options(logging => logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace)) with { DatabasePath = database };
        await using SequencerHost host = await SequencerHost.StartAsync(options, CancellationToken.None).Within();
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await BoundedWait.UntilAsync(() => pool.PipelineOf(pipeline.ModelId) is not null);
        await using RecordingProxy proxy = new(host.Address);
        using HttpClient http = new() { BaseAddress = proxy.Address, Timeout = Timeout.InfiniteTimeSpan };
        HttpJobClient jobs = new(http, TimeSpan.Zero, TimeProvider.System);
        using CancellationTokenSource bound = new(BoundedWait.Limit);
        NodeInfo node = await jobs.GetInfoAsync(bound.Token);
        using JobSigner signer = new(jobs, TestWorld.User.Address, TestWorld.User, PaymentKind.Credits, TimeProvider.System);
        JobPrompt prompt = new(RealPipeline.Prompt, RealPipeline.OutputTokens, [], Sampling.GreedyPick) { Seal = isSealed ? new JobSeal(node.Models[0].EncryptionKey, []) : null };
        await using RunningJob job = await signer.StartAsync(node, node.Models[0], prompt, bound.Token);
        AnswerReader reader = new(job, jobs, node, node.Models[0], Secp256k1Recovery.Instance);
        await foreach (uint _ in reader.ReadAsync(bound.Token))
        {
        }
        Assert.NotNull(reader.Finished);
        return (Contents(Path.GetDirectoryName(database)!), proxy.Seen, [.. log.Lines], [.. reader.Tokens]);
    }

    // While the sequencer runs: its write-ahead log too.
    private static byte[] Contents(string folder)
    {
        MemoryStream all = new();
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.CopyTo(all);
        }
        return all.ToArray();
    }

    private sealed class LogCapture : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

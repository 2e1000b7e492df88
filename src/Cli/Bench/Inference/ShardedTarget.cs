using System.Diagnostics;
using Google.Protobuf;
using TeeTee.Cli.Commands;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>The model cut over several shards, and jobs as a sequencer opens them.</summary>
internal sealed class ShardedTarget : IBenchTarget
{
    private const int SecondsToPost = 86_400;

    private readonly BenchPlan _plan;
    private readonly BenchPipeline _pipeline;
    private readonly GrpcChannel _channel;
    private readonly PrivateKey _user = PrivateKey.Generate();
    private readonly Bytes32 _modelId;
    private readonly int _vocabulary;
    private ulong _nonce;

    private ShardedTarget(BenchPlan plan, BenchPipeline pipeline, Bytes32 modelId, ModelConfig config)
    {
        (_plan, _pipeline, _modelId, _vocabulary) = (plan, pipeline, modelId, config.VocabularySize);
        _channel = GrpcChannel.ForAddress(pipeline.Head, new GrpcChannelOptions { MaxReceiveMessageBytes = 64 << 20, MaxSendMessageBytes = 64 << 20 });
        Cost = ModelCost.Read(plan.Model, config);
    }

    public string Kernels => $"{_plan.Shards} shards";

    public ModelCost Cost { get; }

    public static async Task<ShardedTarget> StartAsync(BenchPlan plan, ModelStoreOptions store, CancellationToken cancellationToken)
    {
        if (!plan.Trace)
            throw new FailureException(ExitCode.Usage, "bad_setting", "Shards always commit what they compute: trace=off needs shards=1.");
        using CanonicalModel model = ModelFiles.OpenModel(plan.Model, store);
        Bytes32 modelId = ModelFiles.Guard(plan.Model, () => model.ComputeIdentity(cancellationToken)).ModelId;
        BenchPipeline pipeline = await BenchPipeline.StartAsync(plan, model.Config, modelId, store, cancellationToken).ConfigureAwait(false);
        return new ShardedTarget(plan, pipeline, modelId, model.Config);
    }

    public async Task<RoundFigures> RunAsync(int round, CancellationToken cancellationToken)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();
        JobTimes[] jobs = await Task.WhenAll(Enumerable.Range(0, _plan.Sessions).Select(i => RunAsync(i, round, cancellationToken))).ConfigureAwait(false);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        long prefilled = jobs.Max(job => job.Tokens[0]), ended = jobs.Max(job => job.Tokens[^1]);
        return new RoundFigures(
            Stopwatch.GetElapsedTime(started, prefilled),
            Stopwatch.GetElapsedTime(prefilled, ended),
            jobs.Sum(job => job.Tokens.Count(time => time > prefilled)),
            allocated,
            [.. jobs.SelectMany(job => job.TraceRoots)]);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _pipeline.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<JobTimes> RunAsync(int session, int round, CancellationToken cancellationToken)
    {
        List<long> tokens = [];
        await using GrpcServerStreamingCall<JobEvent> call = _channel.ServerStreaming(ShardMethods.OpenJob, Open(session, round));
        await foreach (JobEvent item in call.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (item.OutputChunk is { } chunk)
                tokens.AddRange(Enumerable.Repeat(Stopwatch.GetTimestamp(), (int)chunk.TokenCount));
            else if (item.Failed is { } failed)
                throw new FailureException(ExitCode.Refused, "job_failed", $"A job of the benchmark failed: {failed.Code}, {failed.Message}");
            else if (item.Finished is { } finished)
                return new JobTimes(tokens, [.. finished.Shards.Select(TraceRoot)]);
        }
        throw new FailureException(ExitCode.Refused, "job_failed", "A job of the benchmark ended without a result.");
    }

    private static string TraceRoot(ShardResult result) =>
        WireMessages.TryRead(result.Receipt, out Signed<ShardReceipt>? receipt) ? $"{receipt.Message.TraceRoot}" : "unreadable";

    private OpenJobRequest Open(int session, int round)
    {
        uint[] prompt = BenchPrompt.Create(_vocabulary, _plan.Prompt, session, round);
        ulong now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        JobRequest request = new()
        {
            User = _user.Address,
            Sequencer = _user.Address,
            Nonce = ++_nonce,
            ModelId = _modelId,
            PromptTokensRoot = TokenCommitment.Root(prompt),
            PromptTokens = (uint)prompt.Length,
            MaxOutputTokens = (uint)_plan.Generate + 1,
            StopTokens = [],
            Sampling = _plan.Sampled ? new Sampling(false, BitConverter.SingleToUInt32Bits(1.25f), 0, Sha256.Hash(BitConverter.GetBytes(session))) : Sampling.GreedyPick,
            PromptPrice = 1,
            OutputPrice = 1,
            MaxFee = ulong.MaxValue,
            CumulativeMax = ulong.MaxValue,
            Deadline = now + SecondsToPost,
            Payment = PaymentKind.Credits,
            Privacy = PrivacyMode.Public,
        };
        OpenJobRequest open = new()
        {
            Request = _pipeline.Domain.Sign(request, _user).ToWire(),
            PostBefore = now + SecondsToPost,
            Tokens = ByteString.CopyFrom(WireMessages.EncodeTokens(prompt)),
        };
        open.Pipeline.AddRange(_pipeline.Slots());
        return open;
    }

    private sealed record JobTimes(IReadOnlyList<long> Tokens, IReadOnlyList<string> TraceRoots);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using CancelJob = TeeTee.Rollup.Messages.CancelJob;

namespace TeeTee.Sequencer.Tests.Support;

/// <summary>A shard's wire over real gRPC. It does not compute; it answers as its plans say, so that every fault can be planted.</summary>
internal sealed class ScriptedShard : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<Bytes32, TaskCompletionSource<Signed<CancelJob>>> _cancels = new();
    private RollupDomain _domain = TestWorld.Domain;
    private int _opens;

    private ScriptedShard(WebApplication application, Slot slot, ShardIdentity identity)
    {
        (_application, Slot, Identity, SigningKey) = (application, slot, identity, TestWorld.ShardKeys[slot.FirstLayer == 0 ? 0 : 1].Address);
        Attest = (request, _) => AttestHonestlyAsync(request);
    }

    public Slot Slot { get; }

    public ShardIdentity Identity { get; set; }

    public Address SigningKey { get; set; }

    public TeeType TeeType { get; set; } = TeeType.SimulatedTdx;

    public uint MaxJobs { get; set; } = 100;

    /// <summary>Answers challenges; by default honestly, with real quotes of a simulated machine.</summary>
    public Func<GetAttestationRequest, CancellationToken, Task<GetAttestationReply>> Attest { get; set; }

    /// <summary>Challenges that came.</summary>
    public ConcurrentQueue<GetAttestationRequest> Challenges { get; } = new();

    /// <summary>The output token with this index is the stop token.</summary>
    public int StopAt { get; set; } = 5;

    /// <summary>Plans of the next openings; an honest one when empty.</summary>
    public ConcurrentQueue<ShardPlan> Plans { get; } = new();

    /// <summary>The plan of every opening after that.</summary>
    public ShardPlan? Always { get; set; }

    public ConcurrentQueue<OpenJobRequest> Opened { get; } = new();

    public int Opens => Volatile.Read(ref _opens);

    public int Cancels { get; private set; }

    /// <summary>Handshakes that arrived.</summary>
    public int Handshakes { get; private set; }

    /// <summary>What the last caller showed over TLS.</summary>
    public X509Certificate2? CallerCertificate { get; private set; }

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1");

    /// <param name="certificate">What it presents over TLS, asking for the caller's and taking any; plain when null.</param>
    public static async Task<ScriptedShard> StartAsync(Slot slot, RollupDomain? domain = null, int port = 0, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenGrpc(new IPEndPoint(IPAddress.Loopback, port), listen => UseTls(listen, certificate)));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        WebApplication application = builder.Build();
        RollupDomain of = domain ?? TestWorld.Domain;
        ScriptedShard shard = new(application, slot, new ShardIdentity(1, of.ChainId, of.Rollup, slot.ModelId, 1, slot.SlotId)) { _domain = of };
        application.MapGrpc()
            .MapUnary(ShardMethods.Handshake, shard.HandshakeAsync)
            .MapServerStreaming(ShardMethods.OpenJob, shard.OpenAsync)
            .MapUnary(ShardMethods.CancelJob, shard.CancelAsync)
            .MapUnary(ShardMethods.GetAttestation, (request, context) =>
            {
                shard.Challenges.Enqueue(request);
                return shard.Attest(request, context.CancellationToken);
            });
        await application.StartAsync().Within();
        shard.Endpoint = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return shard;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    /// <summary>The answer of a shard that is what it says.</summary>
    public async Task<GetAttestationReply> AttestHonestlyAsync(GetAttestationRequest request)
    {
        Bytes32 nonce = request.Nonce.ReadHash("nonce");
        byte[] quote = await TestTee.QuoteAsync(ReportData.ForAttestation(
            _domain, Slot.ModelId, Slot.SlotId, Slot.Operator, nonce, SigningKey, FakeChain.EncryptionKey));
        byte[] legacy = request.Legacy ? await TestTee.QuoteAsync(ReportData.ForLegacyAttestation(SigningKey, nonce)) : [];
        return new ShardAttestation(nonce, TeeType, Slot, SigningKey, FakeChain.EncryptionKey, 5, quote, legacy).ToWire();
    }

    private static void UseTls(ListenOptions listen, X509Certificate2? certificate)
    {
        if (certificate is null)
            return;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            }),
        });
    }

    private Task<HandshakeReply> HandshakeAsync(HandshakeRequest request, GrpcServerContext context)
    {
        Handshakes++;
        CallerCertificate = context.HttpContext.Connection.ClientCertificate;
        if (Identity.Mismatch(ShardIdentity.Read(request.Expected), withSlot: true) is { } mismatch)
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, mismatch);
        return Task.FromResult(new HandshakeReply
        {
            Identity = Identity.ToWire(),
            TeeType = TeeType,
            SigningKey = SigningKey.ToWire(),
            EncryptionKey = FakeChain.EncryptionKey.ToWire(),
            Operator = Slot.Operator.ToWire(),
            FirstLayer = Slot.FirstLayer,
            LayerCount = Slot.LayerCount,
            ContextLength = TestWorld.Context,
            EpochSeconds = (uint)TestWorld.Parameters.EpochSeconds,
            Limits = new Limits { MaxConcurrentJobs = MaxJobs, VocabularySize = TestWorld.Vocabulary, ModelLayerCount = 4, MaxMessageBytes = 4 << 20 },
        });
    }

    private async Task OpenAsync(OpenJobRequest request, IGrpcStreamWriter<JobEvent> events, GrpcServerContext context)
    {
        Interlocked.Increment(ref _opens);
        Opened.Enqueue(request);
        ShardPlan plan = Plans.TryDequeue(out ShardPlan? next) ? next : Always ?? new ShardPlan();
        CancellationToken end = context.CancellationToken;
        Signed<JobRequest> signed = request.Request.Read<JobRequest>("request");
        Bytes32 jobId = _domain.Digest(signed.Message);
        await events.WriteAsync(new JobEvent { Accepted = new JobAccepted { JobId = jobId.ToWire(), Resumed = request.ResumeFrom > 0 } }, end);
        if (plan.Fail is { } failed)
        {
            await events.WriteAsync(new JobEvent { Failed = failed }, end);
            return;
        }
        uint[] output = TestWorld.Output(signed.Message, StopAt);
        (uint[] done, Signed<CancelJob>? cancel) = await StreamAsync(request, plan, output, jobId, events, end);
        Finish finish = cancel is not null ? Finish.Cancelled : output.Length > StopAt && signed.Message.StopTokens.Length > 0 ? Finish.Stop : Finish.Length;
        AnswerDraft draft = new(signed, [.. TestWorld.Prompt(signed.Message)], done, finish, request.PostBefore)
        {
            Cancel = cancel,
            Domain = _domain,
            SealedHeader = SealedFrame.TryRead(request.Sealed.Memory, out SealedFrame? frame) ? frame.Header.ToArray() : null,
            Slots = [.. request.Pipeline.Select(stage => PipelineStage.Read(stage, signed.Message.ModelId).Slot)],
        };
        plan.Draft?.Invoke(draft);
        JobFinished finished = draft.Build();
        plan.Finished?.Invoke(finished);
        await events.WriteAsync(new JobEvent { Finished = finished }, end);
    }

    private async Task<(uint[] Done, Signed<CancelJob>? Cancel)> StreamAsync(
        OpenJobRequest request, ShardPlan plan, uint[] output, Bytes32 jobId, IGrpcStreamWriter<JobEvent> events, CancellationToken end)
    {
        Task<Signed<CancelJob>> cancelled = _cancels.GetOrAdd(jobId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        for (int i = plan.FromStart ? 0 : (int)request.ResumeFrom; i < output.Length; i++)
        {
            if (i == plan.BreakAt)
                throw new GrpcException(GrpcStatusCode.Unavailable, "planted break");
            if (i >= plan.HoldAt)
                await Task.WhenAny(plan.Gate.Task, cancelled).WaitAsync(end);
            if (cancelled.IsCompletedSuccessfully && cancelled.Result.Message.OutputTokens <= i)
                return (output[..i], cancelled.Result);
            OutputChunk chunk = new() { FirstOutputIndex = (uint)i, TokenCount = 1, Payload = ByteString.CopyFrom(request.Sealed.IsEmpty ? BitConverter.GetBytes(output[i]) : TestWorld.Record(output[i])) };
            await events.WriteAsync(new JobEvent { OutputChunk = plan.Chunk(chunk) }, end);
        }
        return (output, null);
    }

    private Task<CancelJobReply> CancelAsync(CancelJobRequest request, GrpcServerContext context)
    {
        Cancels++;
        Signed<CancelJob> cancel = request.Cancel.Read<CancelJob>("cancel");
        bool known = _cancels.TryGetValue(cancel.Message.JobId, out var waiting);
        waiting?.TrySetResult(cancel);
        return Task.FromResult(new CancelJobReply { State = known ? CancelState.Accepted : CancelState.UnknownJob });
    }
}

using System.Runtime.InteropServices;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using WireIdentity = TeeTee.ShardProtocol.V1.Identity;
using WireLimits = TeeTee.ShardProtocol.V1.Limits;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>
/// A slot 0 played by the test against a real slot 1: it speaks the Link protocol itself, computes honestly with the real engine, and
/// signs with a key of its own, which the contract then holds for slot 0, so that each lie can be told from outside.
/// </summary>
internal sealed class RawLink : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly GrpcDuplexCall<LinkFrame, LinkFrame> _call;
    private readonly Cluster _cluster;
    private readonly CanonicalModel _model = CanonicalModel.Import(TestModel.Path);
    private readonly ShardModel _shard;
    private readonly ShardSession _session;
    private readonly SlotKey _before;
    private readonly CommitmentSalts? _salts;

    /// <param name="cluster">Holds the real slot 1.</param>
    /// <param name="salts">Of the sealed job that is to be played; null for public ones.</param>
    public RawLink(Cluster cluster, CommitmentSalts? salts = null)
    {
        (_cluster, _salts) = (cluster, salts);
        _channel = cluster.Channel(1);
        _call = _channel.DuplexStreaming(ShardMethods.Link);
        _shard = ShardModel.Load(_model, new LayerRange(0, TestModel.Layers / 2), 1);
        _session = _shard.CreateSession(TestModel.Context, salts: salts);
        _before = cluster.Chain.Keys[Cluster.SlotId(0)];
        cluster.Chain.Keys[_before.SlotId] = _before with { SigningKey = Key.Address };
    }

    public PrivateKey Key { get; } = PrivateKey.Generate();

    public ShardSession Session => _session;

    public static WireIdentity Identity(uint slot) => new()
    {
        ProtocolVersion = 1,
        ChainId = Cluster.ChainId,
        Rollup = Cluster.Rollup.ToWire(),
        ModelId = TestModel.Id.ToWire(),
        ArithmeticVersion = 1,
        SlotId = slot,
    };

    public Hello Hello() => new()
    {
        Identity = Identity(Cluster.SlotId(0)),
        Operator = _cluster.Operators[0].ToWire(),
        SigningKey = Key.Address.ToWire(),
        Limits = new WireLimits { MaxMessageBytes = 1 << 20, MaxPositionsPerFrame = 64, EmbeddingLength = 64 },
    };

    public Task SendAsync(LinkFrame frame) => _call.WriteAsync(frame, CancellationToken.None).AsTask().Bound();

    public async Task<LinkFrame?> ReadAsync() => await _call.ReadAsync(CancellationToken.None).AsTask().Bound();

    /// <summary>The next frame that is not Credit.</summary>
    public async Task<LinkFrame> NextAsync()
    {
        while (true)
        {
            LinkFrame frame = await ReadAsync() ?? throw new InvalidOperationException("The link ended.");
            if (frame.Credit is null)
                return frame;
        }
    }

    public async Task GreetAsync()
    {
        await SendAsync(new LinkFrame { Hello = Hello() });
        Assert.NotNull((await ReadAsync())?.Hello);
    }

    public LinkFrame Frame(TestJob job) => new() { Session = job.JobId.ToWire() };

    public LinkFrame OpenFrame(TestJob job)
    {
        LinkFrame frame = Frame(job);
        frame.Open = new Open { Request = job.Signed.ToWire(), PostBefore = _cluster.PostBefore, Window = 1 };
        if (job.DataKey is { } key)
            frame.Open.DataKey = Google.Protobuf.ByteString.CopyFrom(key);
        frame.Open.Pipeline.AddRange(_cluster.Pipeline());
        frame.Open.Pipeline[0].SigningKey = Key.Address.ToWire();
        return frame;
    }

    /// <summary>Runs the job honestly up to its Close, which is given back for the test to send or to change.</summary>
    public async Task<(LinkFrame Close, ulong PostBefore)> RunToCloseAsync(TestJob job, Action<Hidden>? change = null)
    {
        LinkFrame open = OpenFrame(job);
        await SendAsync(open);
        Assert.NotNull((await NextAsync()).Opened);
        List<uint> tokens = [.. job.Prompt];
        uint[] feed = job.Prompt;
        while (true)
        {
            await SendAsync(HiddenFrame(job, feed, change));
            Token pick = (await NextAsync()).Token ?? throw new InvalidOperationException("No pick came.");
            tokens.Add(pick.Id);
            feed = [pick.Id];
            if (pick.Finish != Finish.Unspecified)
                return (CloseFrame(job, [.. tokens], pick.Finish, open.Open.PostBefore), open.Open.PostBefore);
        }
    }

    public LinkFrame HiddenFrame(TestJob job, uint[] tokens, Action<Hidden>? change = null)
    {
        float[] hidden = new float[tokens.Length * 64];
        int first = _session.Position;
        _session.Embed(tokens, hidden);
        _session.Forward(hidden, tokens.Length, hidden);
        LinkFrame frame = Frame(job);
        frame.Hidden = new Hidden
        {
            FirstPosition = (uint)first,
            Count = (uint)tokens.Length,
            Tensor = Google.Protobuf.ByteString.CopyFrom(MemoryMarshal.AsBytes(hidden.AsSpan())),
            LastOfPrompt = first + tokens.Length == job.Prompt.Length,
        };
        change?.Invoke(frame.Hidden);
        return frame;
    }

    public SignedMessage Sign(ShardReceipt receipt, PrivateKey? key = null) => Cluster.Domain.Sign(receipt, key ?? Key).ToWire();

    public ShardReceipt Receipt(TestJob job, uint[] tokens, ulong postBefore) => new(
        job.JobId, Cluster.SlotId(0), _cluster.Operators[0], 0, (uint)tokens.Length - 1, TokenCommitment.Root(tokens, _salts?.Tokens),
        _session.Trace!.TraceRoot(tokens.Length - 1), postBefore);

    public async ValueTask DisposeAsync()
    {
        _cluster.Chain.Keys[_before.SlotId] = _before;
        await _call.DisposeAsync();
        _channel.Dispose();
        _session.Dispose();
        _shard.Dispose();
        _model.Dispose();
    }

    private LinkFrame CloseFrame(TestJob job, uint[] tokens, Finish finish, ulong postBefore)
    {
        LinkFrame frame = Frame(job);
        frame.Close = new Close
        {
            Positions = (uint)tokens.Length - 1,
            Tokens = Google.Protobuf.ByteString.CopyFrom(WireMessages.EncodeTokens(tokens)),
            Finish = finish,
            PostBefore = postBefore,
        };
        frame.Close.Upstream.Add(new ShardResult
        {
            Receipt = Sign(Receipt(job, tokens, postBefore)),
            Leaves = Google.Protobuf.ByteString.CopyFrom(WireMessages.EncodeHashes(_session.Trace!.Leaves)),
            Openings = Google.Protobuf.ByteString.CopyFrom(TraceOpenings.Encode([.. _session.Trace.Boundaries
                .Zip(_session.Trace.KvRoots, (edges, kv) => new LeafOpening(edges.HIn, edges.HOut, kv))])),
        });
        return frame;
    }
}

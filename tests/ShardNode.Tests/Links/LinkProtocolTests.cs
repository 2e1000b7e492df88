using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using WireIdentity = TeeTee.ShardProtocol.V1.Identity;

namespace TeeTee.ShardNode.Tests.Links;

public sealed class LinkProtocolTests
{
    public static TheoryData<string> Fields => ["protocol version", "chain id", "rollup contract", "model id", "arithmetic version", "slot id"];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Handshake_OneFieldWrong_NamesBothValues(string field)
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        using GrpcChannel channel = cluster.Channel(0);
        WireIdentity identity = RawLink.Identity(Cluster.SlotId(0));
        HandshakeReply reply = await channel.UnaryAsync(ShardMethods.Handshake, new HandshakeRequest { Expected = identity }).Bound();
        (string theirs, string ours) = Spoil(identity, field);

        GrpcException e = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(ShardMethods.Handshake, new HandshakeRequest { Expected = identity }).Bound());

        Assert.Equal((GrpcStatusCode.FailedPrecondition, $"The {field} is {theirs} there and {ours} here."), (e.Code, e.Message));
        Assert.Equal((cluster.Hosts[0].SigningKey.ToWire(), 3600u, (uint)TestModel.Context, TeeType.SimulatedTdx),
            (reply.SigningKey, reply.EpochSeconds, reply.ContextLength, reply.TeeType));
    }

    [Fact]
    public async Task Handshake_FieldOfAMegabyte_IsNotRepeated()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        using GrpcChannel channel = cluster.Channel(0);
        WireIdentity identity = RawLink.Identity(Cluster.SlotId(0));
        identity.Rollup = ByteString.CopyFrom(new byte[1 << 20]);

        GrpcException e = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(ShardMethods.Handshake, new HandshakeRequest { Expected = identity }).Bound());

        Assert.StartsWith("The rollup contract is 1048576 bytes there", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Link_HelloWithOneFieldWrong_IsFailedPrecondition(string field)
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        Hello hello = link.Hello();
        if (field == "slot id")
            hello.Limits.EmbeddingLength = 32;
        else
            _ = Spoil(hello.Identity, field);

        await link.SendAsync(new LinkFrame { Hello = hello });

        Assert.NotNull((await link.ReadAsync())?.Hello);
        GrpcException e = await Assert.ThrowsAsync<GrpcException>(link.ReadAsync);
        Assert.Equal(GrpcStatusCode.FailedPrecondition, e.Code);
    }

    [Fact]
    public async Task Link_NoHello_IsEndedAfterAWhile()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            2, options => options with { Limits = options.Limits with { LinkConnect = TimeSpan.FromMilliseconds(200) } });
        await using RawLink link = new(cluster);

        // The shard's own Hello comes at once.
        Assert.NotNull((await link.ReadAsync())?.Hello);
        GrpcException e = await Assert.ThrowsAsync<GrpcException>(link.ReadAsync);

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, e.Code);
    }

    [Fact]
    public async Task Link_FirstFrameNotHello_IsInvalidArgument()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);

        await link.SendAsync(new LinkFrame { Ping = new Ping { Nonce = 1 } });

        Assert.NotNull((await link.ReadAsync())?.Hello);
        Assert.Equal(GrpcStatusCode.InvalidArgument, (await Assert.ThrowsAsync<GrpcException>(link.ReadAsync)).Code);
    }

    [Fact]
    public async Task Ping_OnALink_IsAnswered()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();

        await link.SendAsync(new LinkFrame { Ping = new Ping { Nonce = 77 } });

        Assert.Equal(77ul, (await link.NextAsync()).Pong?.Nonce);
    }

    [Fact]
    public async Task Hidden_OfUnknownSession_IsAborted()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = TestJob.Create(TestModel.Prompt(4), 2);

        await link.SendAsync(link.HiddenFrame(job, job.Prompt));

        Assert.Equal((JobFailure.LinkLost, true), ((await link.NextAsync()).Abort?.Code, true));
    }

    [Fact]
    public async Task Open_WithoutFurtherFrames_ExpiresAndFreesTheSession()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, o => o with { Limits = o.Limits with { SessionIdle = TimeSpan.FromMilliseconds(300) } });
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        await link.SendAsync(link.OpenFrame(TestJob.Create(TestModel.Prompt(4), 2)));
        Assert.NotNull((await link.NextAsync()).Opened);

        Abort? abort = (await link.NextAsync()).Abort;

        Assert.Equal((JobFailure.Expired, true), (abort?.Code, abort?.Retryable));
        for (int i = 0; i < 100 && cluster.Hosts[1].Services.Hub.Sessions > 0; i++)
            await Task.Delay(50);
        Assert.Equal(0, cluster.Hosts[1].Services.Hub.Sessions);
    }

    [Fact]
    public async Task HalfClose_InTheMiddle_EndsTheSession()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        RawLink link = new(cluster);
        await link.GreetAsync();
        await link.SendAsync(link.OpenFrame(TestJob.Create(TestModel.Prompt(4), 2)));
        Assert.NotNull((await link.NextAsync()).Opened);
        Assert.Equal(1, cluster.Hosts[1].Services.Hub.Sessions);

        await link.DisposeAsync();

        for (int i = 0; i < 100 && cluster.Hosts[1].Services.Hub.Sessions > 0; i++)
            await Task.Delay(50);
        Assert.Equal(0, cluster.Hosts[1].Services.Hub.Sessions);
    }

    public static TheoryData<string> WrongFrames => ["gap", "empty", "short tensor", "across the prompt", "unmarked end", "beyond credit", "not finite"];

    [Theory]
    [MemberData(nameof(WrongFrames))]
    public async Task Hidden_Wrong_AbortsTheJobAlone(string what)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, o => o with { Limits = o.Limits with { WindowPositions = 20 } });
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = TestJob.Create(TestModel.Prompt(what == "beyond credit" ? 30 : 6), 4);
        await link.SendAsync(link.OpenFrame(job));
        Assert.NotNull((await link.NextAsync()).Opened);
        uint[] tokens = what == "across the prompt" ? [.. job.Prompt, 5] : job.Prompt;

        await link.SendAsync(link.HiddenFrame(job, tokens, hidden =>
        {
            if (what == "gap")
                hidden.FirstPosition = 1;
            if (what == "empty")
                (hidden.Count, hidden.Tensor) = (0, ByteString.Empty);
            if (what == "short tensor")
                hidden.Tensor = ByteString.CopyFrom(hidden.Tensor.Span[4..]);
            if (what == "unmarked end")
                hidden.LastOfPrompt = false;
            if (what == "not finite")
                hidden.Tensor = ByteString.CopyFrom([0, 0, 0x80, 0x7F, .. hidden.Tensor.Span[4..]]);
        }));
        Abort? abort = (await link.NextAsync()).Abort;
        await link.SendAsync(new LinkFrame { Ping = new Ping { Nonce = 3 } });

        Assert.Equal(JobFailure.Internal, abort?.Code);
        Assert.Equal(3ul, (await link.NextAsync()).Pong?.Nonce);
    }

    [Fact]
    public async Task Open_Again_ReplacesTheFirstAttempt()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = TestJob.Create(TestModel.Prompt(9), 5);
        await link.SendAsync(link.OpenFrame(job));
        Assert.NotNull((await link.NextAsync()).Opened);

        (LinkFrame close, _) = await link.RunToCloseAsync(job);
        await link.SendAsync(close);

        Assert.NotNull((await link.NextAsync()).Receipts);
    }

    [Fact]
    public async Task Link_RandomFrames_NeverHarmOtherJobs()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob victim = TestJob.Create(TestModel.Prompt(9), 20);
        byte[][] noise = Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b)).Sample(40, 60).ToArray();
        foreach (byte[] bytes in noise)
        {
            await using RawLink link = new(cluster);
            await link.GreetAsync();
            LinkFrame frame;
            try
            {
                frame = LinkFrame.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                frame = new LinkFrame { Session = ByteString.CopyFrom(bytes), Hidden = new Hidden { Count = uint.MaxValue, Tensor = ByteString.CopyFrom(bytes) } };
            }
            await link.SendAsync(frame);
        }

        JobRun run = await cluster.RunAsync(victim).Bound();

        Assert.Equal(20u, run.Require().OutputTokens);
    }

    private static (string Theirs, string Ours) Spoil(WireIdentity identity, string field)
    {
        switch (field)
        {
            case "protocol version":
                identity.ProtocolVersion = 2;
                return ("2", "1");
            case "chain id":
                identity.ChainId = 1;
                return ("1", "84532");
            case "rollup contract":
                identity.Rollup = Address.Zero.ToWire();
                return (Hex.Encode(new byte[20]), Hex.Encode(Cluster.Rollup.ToArray()));
            case "model id":
                identity.ModelId = Bytes32.Zero.ToWire();
                return (Hex.Encode(new byte[32]), TestModel.Id.ToString());
            case "arithmetic version":
                identity.ArithmeticVersion = 9;
                return ("9", "1");
            default:
                identity.SlotId = 99;
                return ("99", $"{Cluster.SlotId(0)}");
        }
    }
}

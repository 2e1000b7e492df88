using Google.Protobuf;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Links;

public sealed class ForgeryTests
{
    public static TheoryData<string> Lies =>
    [
        "receipt signed by another", "receipt of another job", "receipt of another slot", "receipt positions", "receipt tokensRoot", "receipt postBefore",
        "receipt malformed", "leaf changed", "leaf missing", "leaves re-signed", "opening changed", "opening missing", "no upstream", "prompt token",
        "output token", "finish", "fewer positions", "postBefore", "cancel unsigned", "extra upstream",
    ];

    [Fact]
    public async Task Close_Honest_IsSigned()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = TestJob.Create(TestModel.Prompt(9), 6);
        (LinkFrame close, _) = await link.RunToCloseAsync(job);

        await link.SendAsync(close);
        LinkFrame reply = await link.NextAsync();

        Assert.Equal(2, reply.Receipts?.Shards.Count);
        var expected = TestModel.Run(job.Prompt, 6, 2, job.Sampling);
        Assert.Equal(WireMessages.EncodeHashes(expected.Traces[1].Leaves), reply.Receipts!.Shards[1].Leaves.ToByteArray());
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Close_WithALie_IsNotSigned(string lie)
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = TestJob.Create(TestModel.Prompt(9), 6);
        (LinkFrame frame, ulong postBefore) = await link.RunToCloseAsync(job);
        Tell(lie, frame.Close, link, job, postBefore);

        await link.SendAsync(frame);
        LinkFrame reply = await link.NextAsync();

        Assert.Equal(JobFailure.BoundaryMismatch, reply.Abort?.Code);
        Assert.False(reply.Abort!.Retryable);
        Assert.Empty(cluster.Hosts[1].Services.Store.FindReceipts([job.JobId]));
        Assert.Empty(Directory.GetFiles(Path.Combine(cluster.StateFolder(1), "inputs")));
    }

    [Fact]
    public async Task Hidden_OtherThanSigned_IsNotSigned()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = TestJob.Create(TestModel.Prompt(9), 6);

        // One bit of one element of one position: sent otherwise than computed and signed.
        (LinkFrame close, _) = await link.RunToCloseAsync(job, hidden =>
        {
            byte[] tensor = hidden.Tensor.ToByteArray();
            if (hidden.FirstPosition == 0)
                tensor[(3 * 256) + 8] ^= 1;
            hidden.Tensor = ByteString.CopyFrom(tensor);
        });
        await link.SendAsync(close);
        LinkFrame reply = await link.NextAsync();

        Assert.Equal(JobFailure.BoundaryMismatch, reply.Abort?.Code);
        Assert.Contains("position 3", reply.Abort!.Message, StringComparison.Ordinal);
        Assert.Equal(Cluster.SlotId(0), reply.Abort.SlotId);
    }

    [Theory]
    [InlineData("no key")]
    [InlineData("key of another")]
    [InlineData("key not valid yet")]
    [InlineData("key expired")]
    [InlineData("no slot")]
    [InlineData("slot of another")]
    public async Task Open_UpstreamThatTheContractDoesNotKnow_IsRefused(string what)
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        uint slot = Cluster.SlotId(0);
        SlotKey key = cluster.Chain.Keys[slot];
        ulong epoch = (ulong)cluster.Clock.GetUtcNow().ToUnixTimeSeconds() / cluster.Chain.EpochSeconds;
        switch (what)
        {
            case "no key":
                cluster.Chain.Keys.Clear();
                break;
            case "no slot":
                cluster.Chain.Slots.Clear();
                break;
            case "slot of another":
                cluster.Chain.Slots[slot] = cluster.Chain.Slots[slot] with { Operator = Address.Zero };
                break;
            default:
                cluster.Chain.Keys[slot] = what switch
                {
                    "key of another" => key with { SigningKey = PrivateKey.Generate().Address },
                    "key not valid yet" => key with { ValidFrom = epoch + 2 },
                    _ => key with { ValidUntil = epoch },
                };
                break;
        }

        await link.SendAsync(link.OpenFrame(TestJob.Create(TestModel.Prompt(9), 6)));
        LinkFrame reply = await link.NextAsync();

        Assert.True(reply.Abort is { Code: JobFailure.InvalidRequest, Retryable: true } && reply.Abort.SlotId == slot, $"{reply}");
        Assert.Contains("in the contract", reply.Abort.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ChainDown_ServesPipelinesThatWereSeenBefore()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        cluster.Chain.IsDown = true;
        JobRun unseen = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();
        cluster.Chain.IsDown = false;
        JobRun seen = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 3)).Bound();
        cluster.Chain.IsDown = true;
        JobRun known = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(7), 3)).Bound();

        Assert.True(unseen.Failed is { Retryable: true, Code: JobFailure.Overloaded }, $"{unseen.Failed}");
        Assert.Equal(3u, seen.Require().OutputTokens);
        Assert.Equal(3u, known.Require().OutputTokens);
    }

    private static void Tell(string lie, Close close, RawLink link, TestJob job, ulong postBefore)
    {
        Assert.True(WireMessages.TryReadTokens(close.Tokens.Span, out uint[]? tokens));
        ShardResult upstream = close.Upstream[0];
        ShardReceipt receipt = link.Receipt(job, tokens, postBefore);
        switch (lie)
        {
            case "receipt signed by another":
                upstream.Receipt = link.Sign(receipt, PrivateKey.Generate());
                break;
            case "receipt of another job":
                upstream.Receipt = link.Sign(receipt with { JobId = Bytes32.Zero });
                break;
            case "receipt of another slot":
                upstream.Receipt = link.Sign(receipt with { Slot = 99 });
                break;
            case "receipt positions":
                upstream.Receipt = link.Sign(receipt with { Positions = receipt.Positions + 1 });
                break;
            case "receipt tokensRoot":
                upstream.Receipt = link.Sign(receipt with { TokensRoot = Bytes32.Zero });
                break;
            case "receipt postBefore":
                upstream.Receipt = link.Sign(receipt with { PostBefore = postBefore + 1 });
                break;
            case "receipt malformed":
                upstream.Receipt.Message = ByteString.CopyFrom(upstream.Receipt.Message.Span[..^1]);
                break;
            case "leaf changed":
                upstream.Leaves = Flip(upstream.Leaves, 40);
                break;
            case "leaf missing":
                upstream.Leaves = ByteString.CopyFrom(upstream.Leaves.Span[..^32]);
                break;
            case "leaves re-signed":
                upstream.Leaves = Flip(upstream.Leaves, 40);
                Assert.True(WireMessages.TryReadHashes(upstream.Leaves.Span, out Bytes32[]? leaves));
                upstream.Receipt = link.Sign(receipt with { TraceRoot = TraceCommitment.Root(leaves) });
                break;
            case "opening changed":
                upstream.Openings = Flip(upstream.Openings, (2 * TraceOpenings.Size) + 32);
                break;
            case "opening missing":
                upstream.Openings = ByteString.CopyFrom(upstream.Openings.Span[TraceOpenings.Size..]);
                break;
            case "no upstream":
                close.Upstream.Clear();
                break;
            case "extra upstream":
                close.Upstream.Add(upstream);
                break;
            case "prompt token":
                close.Tokens = Flip(close.Tokens, 4);
                break;
            case "output token":
                tokens[^2] ^= 1;
                close.Tokens = ByteString.CopyFrom(WireMessages.EncodeTokens(tokens));
                upstream.Receipt = link.Sign(link.Receipt(job, tokens, postBefore));
                break;
            case "finish":
                close.Finish = Finish.Stop;
                break;
            case "fewer positions":
                close.Positions--;
                close.Tokens = ByteString.CopyFrom(close.Tokens.Span[..^4]);
                break;
            case "postBefore":
                close.PostBefore++;
                break;
            case "cancel unsigned":
                close.Positions--;
                close.Tokens = ByteString.CopyFrom(close.Tokens.Span[..^4]);
                close.Finish = Finish.Cancelled;
                close.Cancel = Cluster.Domain.Sign(new CancelJob(job.JobId, 5), link.Key).ToWire();
                break;
            default:
                throw new InvalidOperationException(lie);
        }
    }

    private static ByteString Flip(ByteString bytes, int at)
    {
        byte[] copy = bytes.ToByteArray();
        copy[at] ^= 1;
        return ByteString.CopyFrom(copy);
    }
}

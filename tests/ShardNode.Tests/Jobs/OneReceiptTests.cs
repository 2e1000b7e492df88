using Google.Protobuf;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using CancelJob = TeeTee.Rollup.Messages.CancelJob;

namespace TeeTee.ShardNode.Tests.Jobs;

/// <summary>A job has one file of inputs and one row of evidence, so a shard signs one end of it: nobody can have its defence overwritten.</summary>
public sealed class OneReceiptTests
{
    [Fact]
    public async Task Close_AnotherEndOfASignedJob_IsNotSignedAndLeavesTheEvidence()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(9), 6);
        StoredReceiptRow first = await SignAsync(cluster, job);
        string file = Directory.GetFiles(Path.Combine(cluster.StateFolder(1), "inputs")).Single();
        byte[] inputs = await File.ReadAllBytesAsync(file);

        await using RawLink link = new(cluster);
        await link.GreetAsync();
        (LinkFrame frame, ulong postBefore) = await link.RunToCloseAsync(job);
        EndAfter(2, frame.Close, link, job, postBefore);
        await link.SendAsync(frame);
        LinkFrame reply = await link.NextAsync();

        Assert.Equal(JobFailure.BoundaryMismatch, reply.Abort?.Code);
        Assert.Contains("another end", reply.Abort!.Message, StringComparison.Ordinal);
        Assert.Equal(inputs, await File.ReadAllBytesAsync(file));
        Assert.Equal(first.Signed, cluster.Hosts[1].Services.Store.FindReceipts([job.JobId]).Single().Signed);
        KeptEvidence kept = cluster.Hosts[1].Services.Store.FindEvidence(first.Signed.Message.TraceRoot, first.Signed.Message.TokensRoot)!;
        Assert.Equal((9 + 6) * sizeof(uint), kept.Tokens.Length);
    }

    [Fact]
    public async Task Close_TheSameEndAgain_IsSigned()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(9), 6);

        StoredReceiptRow first = await SignAsync(cluster, job);

        Assert.Equal(first.Signed.Message.TraceRoot, (await SignAsync(cluster, job)).Signed.Message.TraceRoot);
        Assert.Single(Directory.GetFiles(Path.Combine(cluster.StateFolder(1), "inputs")));
    }

    private static async Task<StoredReceiptRow> SignAsync(Cluster cluster, TestJob job)
    {
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        (LinkFrame close, _) = await link.RunToCloseAsync(job);
        await link.SendAsync(close);
        Assert.Equal(2, (await link.NextAsync()).Receipts?.Shards.Count);
        return cluster.Hosts[1].Services.Store.FindReceipts([job.JobId]).Single();
    }

    private static void EndAfter(uint outputs, Close close, RawLink link, TestJob job, ulong postBefore)
    {
        Assert.True(WireMessages.TryReadTokens(close.Tokens.Span, out uint[]? tokens));
        uint[] fewer = tokens[..(job.Prompt.Length + (int)outputs)];
        int positions = fewer.Length - 1;
        close.Positions = (uint)positions;
        close.Tokens = ByteString.CopyFrom(WireMessages.EncodeTokens(fewer));
        close.Finish = Finish.Cancelled;
        close.Cancel = Cluster.Domain.Sign(new CancelJob(job.JobId, outputs), TestJob.User).ToWire();
        ShardResult upstream = close.Upstream[0];
        upstream.Receipt = link.Sign(link.Receipt(job, fewer, postBefore));
        upstream.Leaves = ByteString.CopyFrom(upstream.Leaves.Span[..(positions * 32)]);
        upstream.Openings = ByteString.CopyFrom(upstream.Openings.Span[..(positions * TraceOpenings.Size)]);
    }
}

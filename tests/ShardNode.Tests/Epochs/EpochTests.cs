using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Epochs;

public sealed class EpochTests
{
    [Fact]
    public async Task Epoch_OnceOver_IsSealedUnderAQuoteThatVerifies()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        JobRun[] runs = [await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)), await cluster.RunAsync(TestJob.Create(TestModel.Prompt(8), 4))];
        GetEpochsReply open = await EpochsAsync(cluster, 1);

        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await cluster.Hosts[1].Services.Sealer.SealAsync(CancellationToken.None).Bound();
        GetEpochsReply reply = await EpochsAsync(cluster, 1);

        Assert.Empty(open.Epochs);
        Bytes32[] digests = [.. runs.Select(run => DigestOf(run.Require().Shards[1])).Order()];
        Assert.Equal(digests, reply.Epochs.SelectMany(epoch => epoch.ReceiptDigests).Select(d => new Bytes32(d.Span)).Order());
        foreach (EpochRecord epoch in reply.Epochs)
            AssertQuote(cluster, epoch);
        Assert.True(reply.OpenEpoch > reply.Epochs[^1].Epoch);
        await AssertSealedReceipts(cluster, runs);
    }

    [Fact]
    public async Task Restart_WithUnsealedPastEpoch_SealsIt()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();
        await cluster.Hosts[0].DisposeAsync();
        cluster.Clock.Advance(TimeSpan.FromHours(2));

        await cluster.StartHostAsync(0);
        GetEpochsReply reply = await EpochsAsync(cluster, 0);
        for (int i = 0; i < 100 && reply.Epochs.Count == 0; i++)
        {
            await Task.Delay(100);
            reply = await EpochsAsync(cluster, 0);
        }

        AssertQuote(cluster, Assert.Single(reply.Epochs));
    }

    [Fact]
    public async Task OpenJob_ClockWentBack_NeverAddsToASealedEpoch()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await cluster.Hosts[0].Services.Sealer.SealAsync(CancellationToken.None).Bound();
        ulong sealedEpoch = (await EpochsAsync(cluster, 0)).Epochs[^1].Epoch;

        cluster.Clock.Advance(TimeSpan.FromHours(-1));
        JobRun run = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 3)).Bound();

        Assert.True(WireMessages.TryRead(run.Require().Shards[0].Receipt, out Signed<ShardReceipt>? receipt));
        Assert.True(receipt.Message.Epoch > sealedEpoch);
    }

    [Fact]
    public async Task Prune_AfterRetention_FreesTheEvidence()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await cluster.RunAsync(TestJob.Create(TestModel.Prompt(5), 3)).Bound();
        ShardStore store = cluster.Hosts[1].Services.Store;
        cluster.Hosts[1].Services.Sealer.Prune();
        long kept = store.EvidenceBytes;

        cluster.Clock.Advance(TimeSpan.FromDays(16));
        cluster.Hosts[1].Services.Sealer.Prune();
        long unsealed = store.EvidenceBytes;
        await cluster.Hosts[1].Services.Sealer.SealAsync(CancellationToken.None).Bound();
        cluster.Hosts[1].Services.Sealer.Prune();

        Assert.True(kept > 7 * 64 * 4);
        Assert.True(unsealed == kept || unsealed == 0);
        Assert.Equal(0, store.EvidenceBytes);
        Assert.Empty(Directory.GetFiles(Path.Combine(cluster.StateFolder(1), "inputs")));
    }

    private static Bytes32 DigestOf(ShardResult result)
    {
        Assert.True(WireMessages.TryRead(result.Receipt, out Signed<ShardReceipt>? receipt));
        return Cluster.Domain.Digest(receipt.Message);
    }

    private static async Task<GetEpochsReply> EpochsAsync(Cluster cluster, int host)
    {
        using GrpcChannel channel = cluster.Channel(host);
        return await channel.UnaryAsync(ShardMethods.GetEpochs, new GetEpochsRequest()).Bound();
    }

    private static async Task AssertSealedReceipts(Cluster cluster, JobRun[] runs)
    {
        using GrpcChannel channel = cluster.Channel(1);
        GetReceiptsRequest request = new();
        request.JobIds.Add(runs.Select(run => run.Accepted!.JobId));
        GetReceiptsReply reply = await channel.UnaryAsync(ShardMethods.GetReceipts, request).Bound();
        Assert.Equal(runs.Length, reply.Receipts.Count);
        Assert.All(reply.Receipts, receipt => Assert.True(receipt.Sealed));
    }

    private static void AssertQuote(Cluster cluster, EpochRecord epoch)
    {
        ExecutionTree tree = new(epoch.ReceiptDigests.Select(digest => new Bytes32(digest.Span)));
        Assert.Equal(tree.Digests, epoch.ReceiptDigests.Select(digest => new Bytes32(digest.Span)));
        Assert.Equal(tree.Root.ToArray(), epoch.ExecutionRoot.ToByteArray());
        byte[] report = ReportData.ForEpoch(Cluster.Domain, new Bytes32(epoch.ModelId.Span), epoch.SlotId, new Address(epoch.Operator.Span), epoch.Epoch,
            tree.Root, new Address(epoch.SigningKey.Span), new Bytes32(epoch.EncryptionKey.Span));
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(Path.Combine(cluster.SimulatorFolder, "root.pem"));
        TrustedRoot root = TrustedRoot.FromCertificate(certificate.RawData);
        Assert.True(QuoteCollateral.TryParse(File.ReadAllBytes(Path.Combine(cluster.SimulatorFolder, "collateral.json")), out QuoteCollateral? collateral, out string cause), cause);
        QuoteVerificationInput input = new()
        {
            Now = DateTimeOffset.UtcNow,
            Root = root,
            Collateral = collateral,
            ExpectedReportData = report,
            Policy = new QuotePolicy { AllowSimulated = true },
        };
        QuoteVerdict verdict = QuoteVerifier.Verify(epoch.Quote.Span, input);
        Assert.True(verdict.Accepted, $"{verdict.Error}");
        report[0] ^= 1;
        Assert.False(QuoteVerifier.Verify(epoch.Quote.Span, input).Accepted);
    }
}

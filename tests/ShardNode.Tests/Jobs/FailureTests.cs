using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Inference.Engine;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class FailureTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    public async Task OpenJob_DownstreamKilledMidJob_FailsRetryableAndRunsAgain(int shards, int victim)
    {
        await using Cluster cluster = await Cluster.StartAsync(shards, options => options with
        {
            Limits = options.Limits with { LinkConnect = TimeSpan.FromSeconds(2) },
        });
        TestJob job = TestJob.Create(TestModel.Prompt(10), 85);
        bool killed = false;

        JobRun broken = await cluster.RunAsync(job, 0, async _ =>
        {
            if (!killed)
                await cluster.Hosts[victim].DisposeAsync();
            killed = true;
        }).Bound();
        JobRun away = await cluster.RunAsync(job).Bound();
        await cluster.StartHostAsync(victim);
        JobRun run = await cluster.RunAsync(job).Bound();

        Assert.True(broken.Failed is { Retryable: true, Code: JobFailure.LinkLost }, $"{broken.Failed}");
        Assert.True(away.Failed is { Retryable: true, Code: JobFailure.LinkLost }, $"{away.Failed}");
        PipelineTests.AssertEqual(cluster, job, run, TestModel.Run(job.Prompt, 85, shards, job.Sampling));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task OpenJob_HeadKilledMidJob_RunsAgainWithTheSameTokens(int shards)
    {
        await using Cluster cluster = await Cluster.StartAsync(shards);
        TestJob job = TestJob.Create(TestModel.Prompt(10), 85);
        bool killed = false;

        Exception? broken = await Record.ExceptionAsync(() => cluster.RunAsync(job, 0, async _ =>
        {
            if (!killed)
                await cluster.Hosts[0].DisposeAsync();
            killed = true;
        }).Bound());
        await cluster.StartHostAsync(0);
        JobRun run = await cluster.RunAsync(job).Bound();
        for (int i = 1; i < 5 && run.Failed is { Retryable: true }; i++)
            run = await cluster.RunAsync(job).Bound();

        Assert.True(killed);
        Assert.True(broken is null or Grpc.GrpcException, $"{broken}");
        PipelineTests.AssertEqual(cluster, job, run, TestModel.Run(job.Prompt, 85, shards, job.Sampling));
    }

    [Fact]
    public async Task Restart_AfterFinishedJob_KeepsKeyReceiptsAndResult()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(10), 8);
        JobRun before = await cluster.RunAsync(job).Bound();
        Address[] keys = [.. cluster.Hosts.Select(host => host.SigningKey)];
        for (int i = 0; i < 2; i++)
        {
            await cluster.Hosts[i].DisposeAsync();
            await cluster.StartHostAsync(i);
        }

        JobRun after = await cluster.RunAsync(job).Bound();

        Assert.Equal(keys, cluster.Hosts.Select(host => host.SigningKey));
        Assert.Equal(before.Require(), after.Require());
        Assert.Equal(before.Tokens, after.Tokens);
        Assert.True(after.Accepted!.Resumed);
        for (int i = 0; i < 2; i++)
        {
            using GrpcChannel channel = cluster.Channel(i);
            GetReceiptsRequest request = new();
            request.JobIds.Add([job.JobId.ToWire(), Bytes32.Zero.ToWire()]);
            GetReceiptsReply reply = await channel.UnaryAsync(ShardMethods.GetReceipts, request).Bound();
            Assert.Equal(before.Finished!.Shards[i], Assert.Single(reply.Receipts).Result);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(cluster.StateFolder(i), "signing.key")));
        }
        Assert.Equal(17L * 64 * 4, new FileInfo(Directory.GetFiles(Path.Combine(cluster.StateFolder(1), "inputs")).Single()).Length);
    }

    public static TheoryData<string, string> WrongRequests => new()
    {
        { "nonce", nameof(RequestFaultCode.NonceIsZero) },
        { "model", nameof(RequestFaultCode.WrongModel) },
        { "topK", nameof(RequestFaultCode.TopKUnsupported) },
        { "fee", nameof(RequestFaultCode.MaxFeeTooSmall) },
        { "deadline", "deadline" },
        { "root", "promptTokensRoot" },
        { "long", nameof(RequestFaultCode.PromptTooLong) },
        { "sealed", "Sealed" },
        { "signer", nameof(RequestFaultCode.SignerNotAllowed) },
        { "post", "postBefore" },
    };

    [Theory]
    [MemberData(nameof(WrongRequests))]
    public async Task OpenJob_WrongRequest_FailsNamingTheRule(string what, string rule)
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        uint[] prompt = TestModel.Prompt(what == "long" ? TestModel.Context : 6);
        TestJob job = TestJob.Create(prompt, 4, request => what switch
        {
            "nonce" => request with { Nonce = 0 },
            "model" => request with { ModelId = Bytes32.Zero },
            "topK" => request with { Sampling = TestJob.Warm(1) with { TopK = 5 } },
            "fee" => request with { MaxFee = 7 },
            "deadline" => request with { Deadline = 1_000 },
            "root" => request with { PromptTokensRoot = TokenCommitment.Root([1, 2, 3, 4, 5, 6]) },
            "sealed" => request with { Privacy = PrivacyMode.Sealed },
            _ => request,
        }, what == "signer" ? PrivateKey.Generate() : null);

        JobRun run = await cluster.RunAsync(what == "post" ? job with { PostBefore = 1_000 } : job).Bound();

        Assert.NotNull(run.Failed);
        Assert.False(run.Failed.Retryable);
        Assert.Contains(rule, run.Failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenJob_SessionKey_FollowsTheContractAndNeedsTheChain()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        PrivateKey session = PrivateKey.Generate();
        TestJob job = TestJob.Create(TestModel.Prompt(6), 4, signer: session);
        ulong later = (ulong)cluster.Clock.GetUtcNow().ToUnixTimeSeconds() + 100;

        cluster.Chain.IsDown = true;
        JobRun down = await cluster.RunAsync(job).Bound();
        cluster.Chain.IsDown = false;
        cluster.Chain.Sessions[(TestJob.User.Address, session.Address)] = new SessionGrant(TestJob.User.Address, session.Address, 5, later, 0);
        JobRun capped = await cluster.RunAsync(job).Bound();
        cluster.Chain.Sessions[(TestJob.User.Address, session.Address)] = new SessionGrant(TestJob.User.Address, session.Address, UInt128.MaxValue, later, 0);
        JobRun good = await cluster.RunAsync(job).Bound();

        Assert.True(down.Failed is { Retryable: true } && down.Failed.Message.Contains("cannot be checked", StringComparison.Ordinal), $"{down.Failed}");
        Assert.Contains(nameof(RequestFaultCode.SessionCapExceeded), capped.Failed!.Message, StringComparison.Ordinal);
        Assert.Equal(4u, good.Require().OutputTokens);
    }

    [Fact]
    public async Task OpenJob_WrongPipeline_FailsNamingTheSlot()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(6), 4);
        List<(OpenJobRequest Open, string Text)> cases = [];
        void Add(Action<OpenJobRequest> change, string text)
        {
            OpenJobRequest open = cluster.OpenOf(job);
            change(open);
            cases.Add((open, text));
        }
        Add(open => open.Pipeline.RemoveAt(1), "ends at layer 2");
        Add(open => open.Pipeline.Clear(), "pipeline of 0");
        Add(open => open.Pipeline[1].FirstLayer = 3, "begins at layer 3");
        Add(open => open.Pipeline[1].SlotId = open.Pipeline[0].SlotId, "twice");
        Add(open => open.Pipeline[0].SigningKey = open.Pipeline[1].SigningKey, "key");
        Add(open => open.Pipeline[1].Endpoint = "ftp://x", "endpoint");
        Add(open => open.Pipeline[1].SigningKey = TestJob.User.Address.ToWire(), "in the contract");
        Add(open => open.Pipeline[1].Endpoint = open.Pipeline[0].Endpoint, "slot id");

        foreach ((OpenJobRequest open, string text) in cases)
        {
            JobRun run = await cluster.RunAsync(open).Bound();
            Assert.Contains(text, run.Failed?.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OpenJob_RegisteredKeyThatIsNotThere_FailsNamingBoth()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        OpenJobRequest open = cluster.OpenOf(TestJob.Create(TestModel.Prompt(6), 4));
        SlotKey key = cluster.Chain.Keys[Cluster.SlotId(1)] with { SigningKey = TestJob.User.Address };
        cluster.Chain.Keys[key.SlotId] = key;
        open.Pipeline[1].SigningKey = key.SigningKey.ToWire();

        JobRun run = await cluster.RunAsync(open).Bound();

        Assert.Contains("the pipeline says", run.Failed?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenJob_NotSlotZero_IsFailedPrecondition()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        using GrpcChannel channel = cluster.Channel(1);
        await using GrpcServerStreamingCall<JobEvent> call = channel.ServerStreaming(
            ShardMethods.OpenJob, cluster.OpenOf(TestJob.Create(TestModel.Prompt(6), 4)));

        GrpcException e = await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator().MoveNextAsync().AsTask().Bound());

        Assert.Equal(GrpcStatusCode.FailedPrecondition, e.Code);
    }

    [Fact]
    public async Task OpenJob_OverLimits_IsRefusedAsOverloaded()
    {
        await using Cluster memory = await Cluster.StartAsync(1, o => o with { Limits = o.Limits with { MaxKvBytes = 1000 } });
        await using Cluster disk = await Cluster.StartAsync(2, o => o with { Limits = o.Limits with { MaxDefenceBytes = 3000 } });

        JobRun noMemory = await memory.RunAsync(TestJob.Create(TestModel.Prompt(6), 4)).Bound();
        JobRun noDisk = await disk.RunAsync(TestJob.Create(TestModel.Prompt(20), 20)).Bound();

        Assert.True(noMemory.Failed is { Code: JobFailure.Overloaded, Retryable: true }, $"{noMemory.Failed}");
        Assert.True(noDisk.Failed is { Code: JobFailure.Overloaded, Retryable: true, SlotId: 12 }, $"{noDisk.Failed}");
        Assert.Contains("No room to defend", noDisk.Failed!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenJob_OversizeMessage_IsResourceExhausted()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, o => o with { Limits = o.Limits with { MaxMessageBytes = 128 * 1024 } });
        OpenJobRequest open = cluster.OpenOf(TestJob.Create(TestModel.Prompt(6), 4));
        open.Tokens = Google.Protobuf.ByteString.CopyFrom(new byte[200_000]);

        GrpcException e = await Assert.ThrowsAsync<GrpcException>(() => cluster.RunAsync(open).Bound());

        Assert.Equal(GrpcStatusCode.ResourceExhausted, e.Code);
    }

    [Fact]
    public async Task CancelJob_MidJob_EndsAtTheSignedCount()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.Create(TestModel.Prompt(10), 85);
        using GrpcChannel channel = cluster.Channel(0);
        Signed<CancelJob> cancel = Cluster.Domain.Sign(new CancelJob(job.JobId, 60), TestJob.User);
        List<CancelState> states = [];

        JobRun run = await cluster.RunAsync(job, 0, async _ =>
        {
            if (states.Count == 0)
                states.Add((await channel.UnaryAsync(ShardMethods.CancelJob, new CancelJobRequest { Cancel = cancel.ToWire() })).State);
        }).Bound();
        CancelJobReply late = await channel.UnaryAsync(ShardMethods.CancelJob, new CancelJobRequest { Cancel = cancel.ToWire() }).Bound();
        Signed<CancelJob> other = Cluster.Domain.Sign(new CancelJob(Bytes32.Zero, 3), TestJob.User);
        CancelJobReply unknown = await channel.UnaryAsync(ShardMethods.CancelJob, new CancelJobRequest { Cancel = other.ToWire() }).Bound();

        Assert.Equal([CancelState.Accepted], states);
        Assert.Equal((Finish.Cancelled, 60u), (run.Require().Finish, run.Finished!.OutputTokens));
        Assert.Equal(cancel.ToWire(), run.Finished.Cancel);
        OfflineRunResult whole = TestModel.Run(job.Prompt, 60, 2, job.Sampling);
        PipelineTests.AssertEqual(cluster, job, run, whole);
        Assert.Equal((CancelState.TooLate, CancelState.UnknownJob), (late.State, unknown.State));
    }

    [Fact]
    public async Task CancelJob_SignedByAnother_IsPermissionDenied()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        using GrpcChannel channel = cluster.Channel(0);
        GrpcException? refusal = null;

        // A job that has ended before the cancellation arrives answers TOO_LATE to anybody and proves nothing: take the next one.
        for (int i = 0; refusal is null && i < 20; i++)
        {
            TestJob job = TestJob.Create(TestModel.Prompt(10), 85);
            Signed<CancelJob> forged = Cluster.Domain.Sign(new CancelJob(job.JobId, 80), PrivateKey.Generate());
            JobRun run = await cluster.RunAsync(job, 0, async _ => refusal ??= await RefusalAsync(channel, forged)).Bound();
            Assert.Equal(85u, run.Require().OutputTokens);
        }

        Assert.Equal(GrpcStatusCode.PermissionDenied, refusal?.Code);
    }

    private static async Task<GrpcException?> RefusalAsync(GrpcChannel channel, Signed<CancelJob> cancel)
    {
        try
        {
            await channel.UnaryAsync(ShardMethods.CancelJob, new CancelJobRequest { Cancel = cancel.ToWire() });
            return null;
        }
        catch (GrpcException refusal)
        {
            return refusal;
        }
    }

    [Fact]
    public async Task Logs_OfAllKindsOfJobs_HoldNoPromptAndNoTokens()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        // A run of ids that no hash or count contains by chance.
        uint[] prompt = [291, 292, 293, 294, 295, 296, 297, 298, 299, 300];
        TestJob job = TestJob.Create(prompt, 10);
        JobRun run = await cluster.RunAsync(job).Bound();
        JobRun bad = await cluster.RunAsync(cluster.OpenOf(TestJob.Create(prompt, 4, r => r with { PromptTokensRoot = Bytes32.Zero }))).Bound();

        string log = string.Join('\n', cluster.Log.Lines);

        Assert.NotNull(bad.Failed);
        Assert.Contains(job.JobId.ToString(), log, StringComparison.Ordinal);
        Assert.DoesNotContain(string.Join(", ", prompt[..3]), log, StringComparison.Ordinal);
        foreach (uint id in prompt.Concat(run.Tokens).Where(id => id > 99).Distinct())
            Assert.DoesNotMatch($@"(?<![0-9a-fx]){id}(?![0-9a-f])", log);
        Assert.DoesNotContain(cluster.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}

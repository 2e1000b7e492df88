using Google.Protobuf;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;
using TeeTee.ShardProtocol.Mapping;
using JobFailure = TeeTee.ShardProtocol.V1.JobFailure;
using Wire = TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>Shards that break, lie or vanish: clients see each token once, and nothing unproven is charged.</summary>
public sealed class ShardFaultTests
{
    private static readonly JobTimes s_impatient = TestSequencer.QuickTimes with { GiveUpAfter = TimeSpan.FromMilliseconds(400) };

    public static TheoryData<string, string> Lies => new()
    {
        { "signature", "ShardSignatureInvalid of shard 1" },
        { "otherKey", "ShardSignatureInvalid of shard 1" },
        { "traceRoot", "TraceRootMismatch of shard 0" },
        { "leafList", "leaves has" },
        { "tokensRoot", "TokensRootMismatch" },
        { "outputCount", "5 are signed" },
        { "postBefore", "promises postBefore" },
        { "missingShard", "LayersNotContiguous" },
        { "tokens", "streamed as another token" },
        { "lengthEarly", "LengthMismatch" },
        { "stopIgnored", "StopTokenIgnored" },
        { "epoch", "signed in epoch" },
        { "void", "cannot end a job as void" },
        { "cancelMissing", "CancelMissing" },
        { "promptCount", "bytes of ids are not" },
        { "otherChain", "ShardJobIdMismatch" },
        { "slotsSwapped", "LayersNotContiguous" },
        { "openings", "Slot 9 opens position 2 to other roots than its leaf" },
        { "boundary", "Slot 9 begins position 3 with another vector than slot 7 ended it with" },
        { "malformed", "tokens_root has 3 bytes" },
    };

    [Fact]
    public async Task Stream_BrokenTwice_NeitherRepeatsNorSkips()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Plans.Enqueue(new ShardPlan { BreakAt = 2 });
        test.First.Plans.Enqueue(new ShardPlan { BreakAt = 4, FromStart = true });
        JobRequest request = TestWorld.Request(1);
        List<JobEvent> events = await test.RunAsync(request);

        Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(TestWorld.Output(request, 5), TestSequencer.TokensOf(events));
        Assert.Equal([0u, 2u, 4u], test.First.Opened.Select(open => open.ResumeFrom));
        Assert.Equal((3, (UInt128)87), (test.JobOf(request).Attempts, test.Totals().Charged));
    }

    [Fact]
    public async Task Stream_ShardProcessReplaced_GoesOn()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Plans.Enqueue(new ShardPlan { HoldAt = 3 });
        JobRequest request = TestWorld.Request(1);
        Task<List<JobEvent>> running = test.RunAsync(request);
        await BoundedWait.UntilAsync(() => test.First.Opens == 1);
        await test.ReplaceFirstAsync();

        List<JobEvent> events = await running.Within();
        Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(TestWorld.Output(request, 5), TestSequencer.TokensOf(events));
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Answer_WithAPlantedLie_IsVoidAndFree(string lie, string cause)
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Always = Plan(lie);
        JobRequest request = TestWorld.Request(1);
        JobFailed failed = Assert.IsType<JobFailed>((await test.RunAsync(request))[^1]);

        Assert.False(failed.Retryable);
        Assert.Contains(cause, failed.Message, StringComparison.Ordinal);
        AssertVoid(test, request);
    }

    [Theory]
    [InlineData("skip")]
    [InlineData("changed")]
    [InlineData("vocabulary")]
    [InlineData("length")]
    [InlineData("empty")]
    public async Task Stream_WithAMalformedChunk_IsVoidAndFree(string kind)
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Always = new ShardPlan { Chunk = chunk => Spoil(chunk, kind) };
        JobRequest request = TestWorld.Request(1);
        Assert.IsType<JobFailed>((await test.RunAsync(request))[^1]);
        AssertVoid(test, request);
    }

    [Fact]
    public async Task Failure_Retryable_IsTriedAgain()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Plans.Enqueue(Fail(JobFailure.LinkLost, retryable: true));
        test.First.Plans.Enqueue(Fail(JobFailure.Overloaded, retryable: true));
        Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Request(1)))[^1]);
        Assert.Equal(3, test.First.Opens);
    }

    [Fact]
    public async Task Failure_NotRetryable_IsVoidAtOnceAndTheNextNonceRuns()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.First.Plans.Enqueue(Fail(JobFailure.InvalidRequest, retryable: false));
        JobRequest request = TestWorld.Request(1);
        JobFailed failed = Assert.IsType<JobFailed>((await test.RunAsync(request))[^1]);

        Assert.Equal("invalid_request", failed.Code);
        AssertVoid(test, request);
        Assert.Equal(JobEventReader.DataOf(failed), JobEventReader.DataOf((await test.RunAsync(request))[^1]));
        Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Request(2)))[^1]);
    }

    [Fact]
    public async Task Failure_ForTooLong_IsVoidAndFree()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(times: s_impatient);
        test.First.Always = Fail(JobFailure.LinkLost, retryable: true);
        JobRequest request = TestWorld.Request(1);
        JobFailed failed = Assert.IsType<JobFailed>((await test.RunAsync(request))[^1]);

        Assert.Equal("shard_unavailable", failed.Code);
        Assert.True(test.First.Opens > 1);
        AssertVoid(test, request);
    }

    [Fact]
    public async Task Shard_GoneForGood_IsVoidAndFree()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(times: s_impatient);
        test.First.Plans.Enqueue(new ShardPlan { HoldAt = 3 });
        JobRequest request = TestWorld.Request(1);
        Task<List<JobEvent>> running = test.RunAsync(request);
        await BoundedWait.UntilAsync(() => test.First.Opens == 1);
        await test.First.DisposeAsync();

        Assert.IsType<JobFailed>((await running.Within())[^1]);
        AssertVoid(test, request);
    }

    [Fact]
    public async Task Shard_Silent_CountsAsBroken()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(
            times: TestSequencer.QuickTimes with { StallTimeout = TimeSpan.FromMilliseconds(500) });
        test.First.Plans.Enqueue(new ShardPlan { HoldAt = 3 });
        List<JobEvent> events = await test.RunAsync(TestWorld.Request(1));
        Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(TestWorld.Output(TestWorld.Request(1), 5), TestSequencer.TokensOf(events));
    }

    [Fact]
    public async Task Answer_TooLateToBePosted_IsVoidAndFree()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(
            times: TestSequencer.QuickTimes with { PostBefore = TimeSpan.FromSeconds(3), PostingReserve = TimeSpan.FromSeconds(2) });
        test.First.Always = new ShardPlan { HoldAt = 3 };
        JobRequest request = TestWorld.Request(1);
        Assert.IsType<JobFailed>((await test.RunAsync(request))[^1]);
        AssertVoid(test, request);
    }

    [Fact]
    public async Task Answer_ByAKeyRegisteredMeanwhile_IsTaken()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(times: TestSequencer.QuickTimes with { RegistryAge = TimeSpan.FromHours(1) });
        SlotKey known = test.Chain.Keys[9];
        test.First.Plans.Enqueue(new ShardPlan
        {
            Draft = draft =>
            {
                test.Chain.Keys[9] = known with { SigningKey = TestWorld.Stranger.Address };
                draft.Keys = [TestWorld.ShardKeys[0], TestWorld.Stranger];
            },
        });
        test.Second.SigningKey = TestWorld.ShardKeys[1].Address;
        Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Request(1)))[^1]);
    }

    private static void AssertVoid(TestSequencer test, JobRequest request)
    {
        StoredJob job = test.JobOf(request);
        Assert.Equal((JobState.Void, FinishReason.Void, 0u), (job.State, job.Finish, job.OutputTokens));
        Assert.Equal(new UserTotals(request.Nonce, 0, 0), test.Totals());
        Assert.Empty(test.Store.ShardsOf(job.JobId));
    }

    private static ShardPlan Fail(JobFailure code, bool retryable) =>
        new() { Fail = new Wire.JobFailed { Code = code, Message = "planted", Retryable = retryable, SlotId = 9 } };

    private static Wire.OutputChunk Spoil(Wire.OutputChunk chunk, string kind)
    {
        if (chunk.FirstOutputIndex != 2)
            return chunk;
        switch (kind)
        {
            case "skip": chunk.FirstOutputIndex = 3; break;
            case "changed": chunk.FirstOutputIndex = 1; break;
            case "vocabulary": chunk.Payload = ByteString.CopyFrom(BitConverter.GetBytes(TestWorld.Vocabulary)); break;
            case "length": chunk.TokenCount = 2; break;
            default: chunk.TokenCount = 0; break;
        }
        return chunk;
    }

    private static ShardPlan Plan(string lie) => lie switch
    {
        "signature" => new ShardPlan { Finished = f => f.Shards[1].Receipt.Signature = f.Shards[0].Receipt.Signature },
        "otherKey" => new ShardPlan { Draft = d => d.Keys = [TestWorld.ShardKeys[0], TestWorld.Stranger] },
        "traceRoot" => new ShardPlan { Finished = f => f.Shards[0].Leaves = f.Shards[1].Leaves },
        "leafList" => new ShardPlan { Finished = f => f.Shards[0].Leaves = ByteString.CopyFrom(f.Shards[0].Leaves.Span[..^32]) },
        "tokensRoot" => new ShardPlan { Draft = d => d.TokensRoot = TestWorld.ModelId },
        "outputCount" => new ShardPlan { Draft = d => d.OutputTokens-- },
        "postBefore" => new ShardPlan { Draft = d => d.PostBefore++ },
        "missingShard" => new ShardPlan { Draft = d => (d.Slots, d.Keys) = ([TestWorld.Slots[0]], [TestWorld.ShardKeys[0]]) },
        "tokens" => new ShardPlan { Draft = d => Retoken(d, d.Tokens.Length - 2, 3) },
        "lengthEarly" => new ShardPlan { Draft = d => d.Finish = Wire.Finish.Length },
        "stopIgnored" => new ShardPlan { Chunk = c => Stop(c), Draft = d => Retoken(d, 4, TestWorld.StopToken) },
        "epoch" => new ShardPlan { Draft = d => d.Epoch += 100 },
        "void" => new ShardPlan { Draft = d => d.Finish = Wire.Finish.Void },
        "cancelMissing" => new ShardPlan { Draft = d => d.Finish = Wire.Finish.Cancelled },
        "promptCount" => new ShardPlan { Finished = f => f.PromptTokens++ },
        "otherChain" => new ShardPlan { Draft = d => d.Domain = new RollupDomain(1, TestWorld.Deployment.Rollup) },
        "slotsSwapped" => new ShardPlan { Draft = d => (d.Slots, d.Keys) = ([.. d.Slots.Reverse()], [.. d.Keys.Reverse()]) },
        "openings" => new ShardPlan { Finished = f => f.Shards[1].Openings = Flip(f.Shards[1].Openings, (2 * TraceOpenings.Size) + 70) },
        "boundary" => new ShardPlan { Draft = d => d.Opening = (slot, p, honest) => slot.SlotId == 9 && p == 3 ? honest with { HIn = TestWorld.ModelId } : honest },
        _ => new ShardPlan { Finished = f => f.TokensRoot = ByteString.CopyFrom(1, 2, 3) },
    };

    private static ByteString Flip(ByteString bytes, int at)
    {
        byte[] copy = bytes.ToByteArray();
        copy[at] ^= 1;
        return ByteString.CopyFrom(copy);
    }

    private static void Retoken(AnswerDraft draft, int position, uint token)
    {
        draft.Tokens[position] = token;
        draft.TokensRoot = TokenCommitment.Root(draft.Tokens);
    }

    private static Wire.OutputChunk Stop(Wire.OutputChunk chunk)
    {
        if (chunk.FirstOutputIndex == 1)
            chunk.Payload = ByteString.CopyFrom(BitConverter.GetBytes(TestWorld.StopToken));
        return chunk;
    }
}

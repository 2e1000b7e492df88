using Microsoft.Extensions.DependencyInjection;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>What a client sees of a job from its submission to its last event, and what it costs.</summary>
public sealed class JobFlowTests
{
    [Fact]
    public async Task Submit_HonestShards_StreamsChecksAndCharges()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobRequest request = TestWorld.Request(1);
        List<JobEvent> events = await test.RunAsync(request);

        JobAccepted accepted = Assert.IsType<JobAccepted>(events[0]);
        JobFinished finished = Assert.IsType<JobFinished>(events[^1]);
        uint[] output = TestWorld.Output(request, 5);
        Assert.Equal((TestWorld.Domain.Digest(request), false), (accepted.JobId, accepted.Resumed));
        Assert.Equal(output, TestSequencer.TokensOf(events));
        Assert.Equal((FinishReason.Stop, 3u, 6u), (finished.Finish, finished.PromptTokens, finished.OutputTokens));
        Assert.Equal(TokenCommitment.Root([11, 12, 13, .. output]), finished.TokensRoot);
        Assert.Equal((UInt128)((3 * 7) + (6 * 11)), finished.Fee);
        Assert.Equal(new AnswerReceipt(accepted.JobId, finished.TokensRoot, finished.Fee, accepted.PostBefore), finished.Answer);
        Signed<AnswerReceipt> answer = new(finished.Answer, finished.AnswerSignature);
        Assert.Equal(TestWorld.Sequencer.Address, TestWorld.Domain.Signer(answer, Secp256k1Recovery.Instance));
        Assert.Equal([7u, 9u], finished.Shards.Select(s => s.Receipt.Slot));
        Assert.Equal(new UserTotals(1, finished.Fee, 0), test.Totals());
        Assert.Equal(2, test.Store.ShardsOf(accepted.JobId).Count);
    }

    [Fact]
    public async Task Account_AfterAnAnswer_ShowsWhatIsLeft()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.Chain.Reserve = 50;
        await test.RunAsync(TestWorld.Request(4));

        AccountInfo account = await test.Client.GetAccountAsync(TestWorld.User.Address, CancellationToken.None).Within();
        Assert.Equal(new AccountInfo(TestWorld.User.Address, 4, 87, 0, 1_000_000, 999_913, 0, 0, 50), account);
    }

    [Fact]
    public async Task Submit_SameRequestAgain_ReplaysAndChargesOnce()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobRequest request = TestWorld.Request(1);
        List<JobEvent> first = await test.RunAsync(request);
        List<JobEvent> second = await test.RunAsync(request);
        List<JobEvent> tail = await test.RunAsync(TestWorld.Submission(request, resumeFrom: 4));

        Assert.True(Assert.IsType<JobAccepted>(second[0]).Resumed);
        Assert.Equal(TestSequencer.TokensOf(first), TestSequencer.TokensOf(second));
        Assert.Equal(TestSequencer.TokensOf(first)[4..], TestSequencer.TokensOf(tail));
        Assert.Equal(JobEventReader.DataOf(first[^1]), JobEventReader.DataOf(second[^1]));
        Assert.Equal(87u, test.Totals().Charged);
        Assert.Equal(1, test.First.Opens);
    }

    [Fact]
    public async Task Submit_WithoutStopToken_EndsAtTheLimitOfTheFee()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobRequest request = TestWorld.Request(1) with { StopTokens = [], MaxFee = (3 * 7) + (4 * 11) + 10 };
        JobFinished finished = Assert.IsType<JobFinished>((await test.RunAsync(request))[^1]);
        Assert.Equal((FinishReason.Length, 4u), (finished.Finish, finished.OutputTokens));
    }

    [Fact]
    public async Task Submit_PaidFromEarnings_LeavesCreditsAlone()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.Chain.Credit = 0;
        test.Chain.Reserve = 500;
        JobFinished finished = Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Request(1) with { Payment = PaymentKind.Earnings }))[^1]);

        Assert.Equal(finished.Fee, test.Totals(PaymentKind.Earnings).Charged);
        Assert.Equal(0u, test.Totals(PaymentKind.Credits).Charged);
        await BoundedWait.RefusedAsync("nonce_used", () => test.RunAsync(TestWorld.Request(1) with { MaxFee = 400 }));
    }

    [Fact]
    public async Task Submit_ByASessionKey_IsTakenWhileTheContractAllows()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        Address key = TestWorld.Stranger.Address;
        JobRequest request = TestWorld.Request(1);
        await BoundedWait.RefusedAsync("bad_signature", () => test.RunAsync(TestWorld.Submission(request, TestWorld.Stranger)));
        test.Chain.Sessions[(TestWorld.User.Address, key)] = new(TestWorld.User.Address, key, 999_999, TestWorld.Now + 100, 0);
        await BoundedWait.RefusedAsync("insufficient_credit", () => test.RunAsync(TestWorld.Submission(request, TestWorld.Stranger)));
        test.Chain.Sessions[(TestWorld.User.Address, key)] = new(TestWorld.User.Address, key, 1_000_000, TestWorld.Now + 100, 0);
        await Task.Delay(20);
        Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Submission(request, TestWorld.Stranger)))[^1]);
        test.Chain.Sessions[(TestWorld.User.Address, key)] = new(TestWorld.User.Address, key, 1_000_000, TestWorld.Now + 100, TestWorld.Now - 1);
        await Task.Delay(20);
        await BoundedWait.RefusedAsync("bad_signature", () => test.RunAsync(TestWorld.Submission(TestWorld.Request(2), TestWorld.Stranger)));
    }

    [Fact]
    public async Task Submit_SealedJob_RelaysCiphertextAndReplaysItFromTheShard()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobSubmission submission = TestWorld.SealedSubmission(TestWorld.Request(1));
        List<JobEvent> first = await test.RunAsync(submission);
        List<JobEvent> second = await test.RunAsync(submission);
        List<JobEvent> rest = await test.RunAsync(submission with { ResumeFrom = 4 });

        Assert.IsType<JobFinished>(first[^1]);
        Assert.Equal(6, first.OfType<JobTokens>().Sum(t => t.Count));
        Assert.Equal(Records(first), Records(second));
        Assert.Equal(Records(first).Skip(4 * SealedFrame.RecordSize), Records(rest));
        Assert.Equal(TestWorld.Output(submission.Request, 5).SelectMany(TestWorld.Record), Records(first));
        Assert.Equal(submission.Sealed, test.First.Opened.First().Sealed.ToByteArray());
        Assert.Equal(87u, test.Totals().Charged);
    }

    /// <summary>Records have one size, so a chunk that overlaps what is known, and a reader that begins in the middle of one, cost no token.</summary>
    [Fact]
    public async Task Submit_SealedJobReplayedInOneChunk_IsCutAtTheRecords()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobSubmission submission = TestWorld.SealedSubmission(TestWorld.Request(1));
        byte[] all = [.. TestWorld.Output(submission.Request, 5).SelectMany(TestWorld.Record)];
        test.First.Plans.Enqueue(new ShardPlan { BreakAt = 2 });
        bool widened = false;
        test.First.Plans.Enqueue(new ShardPlan
        {
            FromStart = true,
            Chunk = chunk =>
            {
                if (widened)
                    return chunk;
                widened = true;
                return new ShardProtocol.V1.OutputChunk { FirstOutputIndex = 0, TokenCount = 6, Payload = Google.Protobuf.ByteString.CopyFrom(all) };
            },
        });

        List<JobEvent> events = await test.RunAsync(submission);

        Assert.IsType<JobFinished>(events[^1]);
        Assert.Equal(all, Records(events));
    }

    [Theory]
    [InlineData("short record")]
    [InlineData("other wraps")]
    [InlineData("fewer wraps")]
    [InlineData("plain tokens")]
    [InlineData("fewer tokens")]
    public async Task Submit_SealedJobAnsweredInAnotherForm_IsVoidAndNotCharged(string how)
    {
        await using TestSequencer test = await TestSequencer.StartAsync(times: TestSequencer.QuickTimes with { GiveUpAfter = TimeSpan.FromMilliseconds(500) });
        test.First.Always = new ShardPlan
        {
            Chunk = chunk => how == "short record" ? new ShardProtocol.V1.OutputChunk(chunk) { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[19]) } : chunk,
            Draft = draft =>
            {
                if (how == "other wraps")
                    draft.SealedHeader![40] ^= 1;
                if (how == "fewer wraps")
                    draft.SealedHeader = [2, 1, .. draft.SealedHeader![2..114]];
                if (how == "plain tokens")
                    draft.SealedHeader = null;
            },
            Finished = finished =>
            {
                if (how == "fewer tokens")
                    finished.Tokens = Google.Protobuf.ByteString.CopyFrom(finished.Tokens.Span[..^4]);
            },
        };

        List<JobEvent> events = await test.RunAsync(TestWorld.SealedSubmission(TestWorld.Request(1)));

        Assert.IsType<JobFailed>(events[^1]);
        Assert.Equal(0u, test.Totals().Charged);
    }

    [Fact]
    public async Task Submit_TwoClients_SeeTheSameAndASlowOneHoldsNothingUp()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobRequest request = TestWorld.Request(1);
        using JobStream slow = await test.Jobs.SubmitAsync(TestWorld.Submission(request), CancellationToken.None).Within();
        List<JobEvent> quick = await test.RunAsync(request);
        List<JobEvent> late = await slow.ReadAsync(CancellationToken.None).ToListAsync();

        Assert.IsType<JobFinished>(quick[^1]);
        Assert.Equal(TestSequencer.TokensOf(quick), TestSequencer.TokensOf(late));
        Assert.Equal(JobEventReader.DataOf(quick[^1]), JobEventReader.DataOf(late[^1]));
    }

    [Fact]
    public async Task HangUp_InMidStream_RunsToTheEndAndIsCharged()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        ShardPlan plan = new() { HoldAt = 2 };
        test.First.Plans.Enqueue(plan);
        JobRequest request = TestWorld.Request(1);
        await foreach (JobEvent item in test.Client.SubmitAsync(TestWorld.Submission(request), CancellationToken.None))
        {
            if (item is JobTokens)
                break;
        }
        Assert.Equal(new UserTotals(1, 0, 500), test.Totals());
        plan.Gate.SetResult();
        await BoundedWait.UntilAsync(() => test.JobOf(request).State == JobState.Answered);
        Assert.Equal(new UserTotals(1, 87, 0), test.Totals());
    }

    private static IEnumerable<byte> Records(IEnumerable<JobEvent> events) => events.OfType<JobTokens>().SelectMany(t => t.Sealed!);

    [Fact]
    public async Task LocalClient_SameJob_GivesTheSameEvents()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        IJobClient local = test.Host.Services.GetRequiredService<IJobClient>();
        JobRequest request = TestWorld.Request(1);
        List<JobEvent> inside = await local.SubmitAsync(TestWorld.Submission(request), CancellationToken.None).ToListAsync();
        List<JobEvent> outside = await test.RunAsync(request);

        Assert.Equal(TestSequencer.TokensOf(inside), TestSequencer.TokensOf(outside));
        Assert.Equal("test-model", Assert.Single((await local.GetInfoAsync(CancellationToken.None)).Models).Name);
        Assert.Null(await local.GetReceiptAsync(TestWorld.ModelId, CancellationToken.None));
    }
}

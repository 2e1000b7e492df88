using System.Net;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>Every reason for which a job is not taken: the right code, and nothing held.</summary>
public sealed class JobRefusalTests
{
    public static TheoryData<string, string> Broken => new()
    {
        { "promptPrice", "invalid_request" },
        { "outputPrice", "invalid_request" },
        { "deadline", "invalid_request" },
        { "sequencer", "invalid_request" },
        { "maxFee", "invalid_request" },
        { "nonceTooGreat", "invalid_request" },
        { "stopTokens", "invalid_request" },
        { "promptRoot", "invalid_request" },
        { "promptCount", "invalid_request" },
        { "noInput", "invalid_request" },
        { "bothInputs", "invalid_request" },
        { "sealedForPublic", "invalid_request" },
        { "sealedOfAnotherForm", "invalid_request" },
        { "sealedTooLong", "invalid_request" },
        { "sealedTooShort", "invalid_request" },
        { "resumeFrom", "invalid_request" },
        { "tokenRange", "invalid_request" },
        { "promptLength", "context_length_exceeded" },
        { "model", "model_not_found" },
        { "credit", "insufficient_credit" },
        { "voucher", "insufficient_credit" },
        { "stranger", "bad_signature" },
        { "otherChain", "bad_signature" },
        { "otherContract", "bad_signature" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Submit_BrokenRule_IsRefusedAndHoldsNothing(string rule, string code)
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        JobSubmission submission = Break(rule, test);
        await BoundedWait.RefusedAsync(code, () => test.RunAsync(submission));

        Assert.Equal(new UserTotals(0, 0, 0), test.Totals());
        Assert.Empty(test.Store.Running());
        Assert.Equal(0, test.First.Opens);
    }

    [Fact]
    public async Task Submit_NonceUsedOrLower_IsRefused()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        await test.RunAsync(TestWorld.Request(5));
        JobApiException same = await BoundedWait.RefusedAsync("nonce_used", () => test.RunAsync(TestWorld.Request(5) with { MaxOutputTokens = 3 }));
        await BoundedWait.RefusedAsync("nonce_used", () => test.RunAsync(TestWorld.Request(4)));
        Assert.Equal(HttpStatusCode.Conflict, same.Status);
    }

    [Fact]
    public async Task Attach_SignedByAStranger_IsRefused()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        await test.RunAsync(TestWorld.Request(1));
        await BoundedWait.RefusedAsync("bad_signature", () => test.RunAsync(TestWorld.Submission(TestWorld.Request(1), TestWorld.Stranger)));
    }

    [Fact]
    public async Task Submit_TwoRequestsForTheSameCredit_OneWins()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        test.Chain.Credit = 999;
        ShardPlan plan = new() { HoldAt = 0 };
        test.First.Always = plan;
        Task<List<JobEvent>>[] racers = [.. Enumerable.Range(1, 8).Select(i => Task.Run(() => test.RunAsync(TestWorld.Request((ulong)i * 10))))];
        await BoundedWait.UntilAsync(() => racers.Count(r => r.IsFaulted) == 7);
        Assert.Equal(500u, test.Totals().Held);
        plan.Gate.SetResult();
        Task<List<JobEvent>> winner = racers.Single(r => !r.IsFaulted);

        Assert.IsType<JobFinished>((await winner.Within())[^1]);
        Assert.All(racers.Where(r => r.IsFaulted), r =>
            Assert.Contains(Assert.IsType<JobApiException>(r.Exception!.InnerException).Code, new[] { "insufficient_credit", "nonce_used" }));
        Assert.Equal((87u, 0u), (test.Totals().Charged, test.Totals().Held));
    }

    [Fact]
    public async Task Submit_SameRequestManyTimesAtOnce_RunsOnce()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        List<JobEvent>[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => test.RunAsync(TestWorld.Request(1))))).Within();

        Assert.Single(all, events => events[0] is JobAccepted { Resumed: false });
        Assert.All(all, events => Assert.Equal(TestWorld.Output(TestWorld.Request(1), 5), TestSequencer.TokensOf(events)));
        Assert.Equal((1, (UInt128)87), (test.First.Opens, test.Totals().Charged));
    }

    [Fact]
    public async Task Submit_MoreJobsThanAllowed_AsksToWait()
    {
        await using TestSequencer test = await TestSequencer.StartAsync(new JobLimits { MaxJobsPerUser = 1, MaxJobs = 2, MaxStreamsPerJob = 1 });
        test.First.Always = new ShardPlan { HoldAt = 0 };
        using IDisposable held = await test.Jobs.SubmitAsync(TestWorld.Submission(TestWorld.Request(1)), CancellationToken.None).Within();

        JobApiException user = await BoundedWait.RefusedAsync("rate_limited", () => test.RunAsync(TestWorld.Request(2)));
        JobApiException stream = await BoundedWait.RefusedAsync("rate_limited", () => test.RunAsync(TestWorld.Request(1)));
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1)), (user.Status, user.RetryAfter));
        Assert.Equal(HttpStatusCode.TooManyRequests, stream.Status);
        test.First.MaxJobs = 1;
        await test.Pool.RefreshAsync(false, CancellationToken.None).Within();
        JobApiException full = await BoundedWait.RefusedAsync("overloaded", () => test.RunAsync(TestWorld.Request(2)));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (full.Status, full.RetryAfter));
    }

    [Fact]
    public async Task Submit_NoCompletePipeline_IsShardUnavailable()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        await test.Second.DisposeAsync();
        await BoundedWait.UntilAsync(() => test.Pool.PipelineOf(TestWorld.ModelId) is null);
        JobApiException refusal = await BoundedWait.RefusedAsync("shard_unavailable", () => test.RunAsync(TestWorld.Request(1)));
        Assert.NotNull(refusal.RetryAfter);
    }

    [Fact]
    public async Task Submit_ChainAway_UsesKnownCreditAndRefusesUnknown()
    {
        await using TestSequencer test = await TestSequencer.StartAsync();
        Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Request(1)))[^1]);
        test.Chain.IsAway = true;
        await Task.Delay(20);
        Assert.IsType<JobFinished>((await test.RunAsync(TestWorld.Request(2)))[^1]);

        JobRequest other = TestWorld.Request(1) with { User = TestWorld.Stranger.Address };
        await BoundedWait.RefusedAsync("overloaded", () => test.RunAsync(TestWorld.Submission(other, TestWorld.Stranger)));
    }

    private static JobSubmission Sealed(JobRequest request, Func<byte[], byte[]> change)
    {
        JobSubmission submission = TestWorld.SealedSubmission(request);
        return submission with { Sealed = change(submission.Sealed!) };
    }

    private static JobSubmission Break(string rule, TestSequencer test)
    {
        JobRequest good = TestWorld.Request(1);
        JobSubmission Signed(JobRequest request) => TestWorld.Submission(request);
        switch (rule)
        {
            case "promptPrice": return Signed(good with { PromptPrice = 6 });
            case "outputPrice": return Signed(good with { OutputPrice = 10 });
            case "deadline": return Signed(good with { Deadline = TestWorld.Now - 1 });
            case "sequencer": return Signed(good with { Sequencer = TestWorld.Stranger.Address });
            case "maxFee": return Signed(good with { MaxFee = 31 });
            case "nonceTooGreat": return Signed(good with { Nonce = ulong.MaxValue });
            case "stopTokens": return Signed(good with { StopTokens = [3, 2] });
            case "promptRoot": return Signed(good with { PromptTokensRoot = TestWorld.ModelId });
            case "promptCount": return Signed(good) with { Tokens = [11, 12] };
            case "noInput": return Signed(good) with { Tokens = null };
            case "bothInputs": return Signed(good) with { Sealed = [1] };
            case "sealedOfAnotherForm": return Signed(good with { Privacy = PrivacyMode.Sealed }) with { Tokens = null, Sealed = new byte[8_192] };
            case "sealedTooLong": return Sealed(good, bytes => [.. bytes, 0, 0, 0, 0]);
            case "sealedTooShort": return Sealed(good, bytes => bytes[..^4]);
            case "sealedForPublic": return Signed(good) with { Tokens = null, Sealed = [1] };
            case "resumeFrom": return TestWorld.Submission(good, resumeFrom: 11);
            case "tokenRange": return Signed(good) with { Tokens = [11, 12, TestWorld.Vocabulary] };
            case "promptLength": return Signed(good with { PromptTokens = TestWorld.Context, MaxFee = 5_000 });
            case "model": return Signed(good with { ModelId = Bytes32.Zero });
            case "voucher": return Signed(good with { CumulativeMax = 499 });
            case "stranger": return TestWorld.Submission(good, TestWorld.Stranger);
            case "otherChain":
                return Signed(good) with { Signature = new RollupDomain(1, TestWorld.Deployment.Rollup).Sign(good, TestWorld.User).Signature };
            case "otherContract":
                return Signed(good) with { Signature = new RollupDomain(31337, TestWorld.User.Address).Sign(good, TestWorld.User).Signature };
            default:
                test.Chain.Credit = 499;
                return Signed(good);
        }
    }
}

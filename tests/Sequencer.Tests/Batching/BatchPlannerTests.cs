using FsCheck;
using FsCheck.Fluent;
using TeeTee.Primitives;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Tests.Batching;

public sealed class BatchPlannerTests
{
    private static readonly Address[] s_users = [.. Enumerable.Range(1, 3).Select(i => new Address(Keccak256.Hash([(byte)i]).ToArray().AsSpan(12)))];

    private static readonly BatchLimits s_limits = new() { MaxReceipts = 3, MaxBytes = 1_000, MaxAge = TimeSpan.FromSeconds(10), Urgency = TimeSpan.FromSeconds(20) };

    [Fact]
    public void Plan_NothingReady_IsNull() => Assert.Null(BatchPlanner.Plan([Job(0, 1, CandidateState.Uncovered)], 10_000, s_limits));

    [Fact]
    public void Plan_YoungAndSmall_Waits() => Assert.Null(BatchPlanner.Plan([Job(0, 1, endedAt: 100)], 109, s_limits));

    [Fact]
    public void Plan_OldEnough_ClosesByAge() => Assert.Equal(CloseReason.Age, BatchPlanner.Plan([Job(0, 1, endedAt: 100)], 110, s_limits)!.Reason);

    [Fact]
    public void Plan_ManyJobs_ClosesByCount()
    {
        BatchPlan plan = BatchPlanner.Plan([.. Enumerable.Range(1, 5).Select(n => Job(0, (ulong)n))], 100, s_limits)!;
        Assert.Equal((CloseReason.Size, 3), (plan.Reason, plan.Jobs.Length));
    }

    [Fact]
    public void Plan_ManyBytes_ClosesBeforeTheLimitIsPassed()
    {
        BatchPlan plan = BatchPlanner.Plan([Job(0, 1, bytes: 600), Job(0, 2, bytes: 600)], 100, s_limits)!;
        Assert.Equal((CloseReason.Size, 1), (plan.Reason, plan.Jobs.Length));
    }

    [Fact]
    public void Plan_OneHugeJob_IsABatchOfItsOwn() =>
        Assert.Single(BatchPlanner.Plan([Job(0, 1, bytes: 5_000), Job(0, 2)], 100, s_limits)!.Jobs);

    [Fact]
    public void Plan_DeadlineNear_ClosesAtOnce() =>
        Assert.Equal(CloseReason.Deadline, BatchPlanner.Plan([Job(0, 1, postBefore: 120)], 100, s_limits)!.Reason);

    [Theory]
    [InlineData(CandidateState.Running)]
    [InlineData(CandidateState.Uncovered)]
    [InlineData(CandidateState.Refused)]
    internal void Order_LowerNonceOpen_HoldsBackTheUserAlone(CandidateState open)
    {
        JobCandidate[] jobs = [Job(0, 1), Job(0, 2, open), Job(0, 3), Job(1, 7)];
        Assert.Equal([(s_users[0], 1ul), (s_users[1], 7ul)], BatchPlanner.Order(jobs).Select(j => (j.User, j.Nonce)));
    }

    [Fact]
    public void Order_AnyJobs_HasEachUsersReadyPrefixAscending()
    {
        Gen<JobCandidate> job =
            from user in Gen.Choose(0, 2)
            from nonce in Gen.Choose(1, 12)
            from state in Gen.Choose(0, 4)
            from ended in Gen.Choose(0, 200)
            select Job(user, (ulong)nonce, (CandidateState)state, (ulong)ended);
        Prop.ForAll(job.ArrayOf().ToArbitrary(), drawn =>
        {
            JobCandidate[] jobs = [.. drawn.DistinctBy(j => (j.User, j.Nonce))];
            JobCandidate[] ordered = [.. BatchPlanner.Order(jobs)];
            return s_users.All(user => ordered.Where(j => j.User == user).SequenceEqual(
                jobs.Where(j => j.User == user).OrderBy(j => j.Nonce).TakeWhile(j => j.State >= CandidateState.Ready)));
        }).QuickCheckThrowOnFailure();
    }

    private static JobCandidate Job(
        int user, ulong nonce, CandidateState state = CandidateState.Ready, ulong endedAt = 100, ulong postBefore = 10_000, long bytes = 10) =>
        new(Keccak256.Hash([(byte)user, (byte)nonce]), s_users[user], nonce, state, endedAt, postBefore, bytes);
}

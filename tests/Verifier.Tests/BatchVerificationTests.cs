using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Verifier.Tests.Support;

namespace TeeTee.Verifier.Tests;

[Collection(DevnetCollection.Name)]
public sealed class BatchVerificationTests(Devnet net) : IAsyncLifetime
{
    private string _snapshot = "";

    public async Task InitializeAsync() => _snapshot = await net.SnapshotAsync();

    public Task DisposeAsync() => net.RevertAsync(_snapshot);

    [Fact]
    public async Task VerifyAsync_HonestBatches_AreValidWithParentsDerived()
    {
        BatchMaker maker = new(net);
        Batch first = await maker.MakeAsync(new JobPlan(1), new JobPlan(2) { Greedy = true, Prompt = [1, 5] }, new JobPlan(3) { IsVoid = true });
        await net.PostAsync(first.Header, first.Chunks);
        Batch second = await maker.MakeAsync(
            new JobPlan(4) { Prompt = [.. Enumerable.Range(0, 560).Select(i => (uint)(i % 300))] }, new JobPlan(5) { Privacy = PrivacyMode.Sealed });
        (ulong index, var hash) = await net.PostAsync(second.Header, second.Chunks);
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);

        BatchVerdict verdict = await verification.VerifyAsync(index, net.Bound);
        BatchVerdict before = await verification.VerifyAsync(1, net.Bound);

        Assert.True(verdict.Verdict == Verdict.Valid, verdict.Detail);
        Assert.Equal((2ul, hash, 2u, 1u), (verdict.BatchIndex, verdict.BatchHash, verdict.Leaves, verdict.CheckableLeaves));
        Assert.Equal(0u, Assert.Single(verdict.Evidence.SampledLeaves));
        Assert.Equal(1u, Assert.Single(verdict.SealedLeaves));
        Assert.Contains("1 sealed could not be checked", verdict.Detail, StringComparison.Ordinal);
        Assert.True(second.Chunks.Length > second.Data.Items().Count(), "no item has several chunks");
        Assert.Equal((Verdict.Valid, 3u, 2u), (before.Verdict, before.Leaves, before.CheckableLeaves));
        Assert.Equal(verdict, BatchVerdict.Parse(verdict.ToJson()));
    }
}

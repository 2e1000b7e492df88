using TeeTee.Primitives;
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

    [Fact]
    public async Task VerifyAsync_SampleRate_DrawsTheSameAfterARestartAndOtherwiseForOthers()
    {
        Batch batch = await new BatchMaker(net).MakeAsync([.. Enumerable.Range(1, 12).Select(i => new JobPlan((ulong)i) { MaxOutput = 2 })]);
        (ulong index, _) = await net.PostAsync(batch.Header, batch.Chunks);
        string folder = net.NewFolder();
        HashSet<string> draws = [];
        for (int i = 0; i < 8; i++)
        {
            VerifierOptions options = net.Options() with { SampleRate = 0.4, StateFile = Path.Combine(folder, $"state{i / 2}") };
            using BatchVerification verification = await BatchVerification.OpenAsync(options, TimeProvider.System, net.Bound);
            BatchVerdict verdict = await verification.VerifyAsync(index, net.Bound);
            Assert.Equal((Verdict.Valid, 12u), (verdict.Verdict, verdict.CheckableLeaves));
            Assert.InRange(verdict.Evidence.SampledLeaves.Length, 1, 12);
            draws.Add($"{i / 2}: {verdict.SampleSeed} {string.Join(',', verdict.Evidence.SampledLeaves)}");
        }

        Assert.Equal(4, draws.Count);
    }

    [Fact]
    public async Task VerifyAsync_LieOutsideTheSample_IsFoundAtRateOneOnly()
    {
        JobPlan lie = new(2) { Lie = (_, lists) => lists[0][0] = Keccak256.Hash([1]) };
        Batch batch = await new BatchMaker(net).MakeAsync(new JobPlan(1), lie);
        (ulong index, _) = await net.PostAsync(batch.Header, batch.Chunks);
        using BatchVerification all = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);
        using BatchVerification none = await BatchVerification.OpenAsync(net.Options() with { SampleRate = 0 }, TimeProvider.System, net.Bound);

        Assert.Equal(Verdict.Invalid, (await all.VerifyAsync(index, net.Bound)).Verdict);
        BatchVerdict rulesOnly = await none.VerifyAsync(index, net.Bound);
        Assert.Equal(Verdict.Valid, rulesOnly.Verdict);
        Assert.Contains("0 of 2 jobs ran again", rulesOnly.Detail, StringComparison.Ordinal);
    }
}

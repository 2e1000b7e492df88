using Microsoft.AspNetCore.Http;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Verifier.Tests.Support;

namespace TeeTee.Verifier.Tests;

/// <summary>An honest batch is never called Invalid, however badly chain and data endpoints behave.</summary>
[Collection(DevnetCollection.Name)]
public sealed class HonestBatchTests(Devnet net) : IAsyncLifetime
{
    private const int Batches = 10;
    private const int Repeats = 10;

    private string _snapshot = "";

    public async Task InitializeAsync() => _snapshot = await net.SnapshotAsync();

    public async Task DisposeAsync()
    {
        net.Data.Intercept = (_, _, _) => Task.FromResult(false);
        await net.RevertAsync(_snapshot);
    }

    [Fact]
    public async Task VerifyAsync_FlappingEndpoints_ValidAHundredTimesAndNeverInvalid()
    {
        await PostAsync(Batches);
        await using FlappingChain flapping = await FlappingChain.StartAsync(net.ChainUrl, 11, 0.06);
        FlapData(seed: 12, rate: 0.15);
        VerifierOptions options = net.Options() with { ChainUrls = [flapping.Address, net.ChainUrl], DataAttempts = 3 };
        Dictionary<VerdictCause, int> waits = [];
        int valid = 0;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            using BatchVerification verification = await BatchVerification.OpenAsync(options, TimeProvider.System, net.Bound);
            for (ulong index = 1; index <= Batches; index++)
                valid += await UntilValidAsync(verification, index, waits);
        }

        Assert.Equal(Batches * Repeats, valid);
        Assert.True(flapping.Faults > 100, $"only {flapping.Faults} faults of the chain");
        Assert.True(waits.Count > 0, "no fault was ever visible");
    }

    [Fact]
    public async Task VerifyAsync_LaggingEndpoint_WaitsUntilAllHaveTheBatch()
    {
        await PostAsync(2);
        await using FlappingChain lagging = await FlappingChain.StartAsync(net.ChainUrl, 1, 0);
        using BatchVerification verification = await BatchVerification.OpenAsync(
            net.Options() with { ChainUrls = [net.ChainUrl, lagging.Address] }, TimeProvider.System, net.Bound);

        lagging.Lag = 1;
        BatchVerdict early = await verification.VerifyAsync(2, net.Bound);
        BatchVerdict older = await verification.VerifyAsync(1, net.Bound);
        lagging.Lag = 0;
        BatchVerdict late = await verification.VerifyAsync(2, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.NotStanding), (early.Verdict, early.Cause));
        Assert.Equal((Verdict.Valid, Verdict.Valid), (older.Verdict, late.Verdict));
    }

    [Fact]
    public async Task VerifyAsync_EndpointsOfDifferentChains_WaitsForAgreement()
    {
        await PostAsync(1);
        await using AnvilProcess other = await AnvilProcess.StartAsync();
        using BatchVerification verification = await BatchVerification.OpenAsync(
            net.Options() with { ChainUrls = [net.ChainUrl, other.Endpoint] }, TimeProvider.System, net.Bound);

        BatchVerdict verdict = await verification.VerifyAsync(1, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.ChainsDisagree), (verdict.Verdict, verdict.Cause));
    }

    [Fact]
    public async Task VerifyAsync_ChainDown_IsUnavailable()
    {
        using BatchVerification verification = await BatchVerification.OpenAsync(
            net.Options() with { ChainUrls = [new Uri("http://127.0.0.1:9/")] }, TimeProvider.System, net.Bound);

        BatchVerdict verdict = await verification.VerifyAsync(1, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.ChainUnavailable), (verdict.Verdict, verdict.Cause));
    }

    [Fact]
    public async Task VerifyAsync_SourceThatHangs_TimesOutAndCountsAsNoFault()
    {
        await PostAsync(1);
        net.Data.Intercept = async (context, _, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
            return true;
        };
        using BatchVerification verification = await BatchVerification.OpenAsync(
            net.Options() with { BatchTimeoutSeconds = 1 }, TimeProvider.System, net.Bound);

        BatchVerdict verdict = await verification.VerifyAsync(1, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.TimedOut), (verdict.Verdict, verdict.Cause));
        Assert.NotNull(verdict.Posting);
    }

    private async Task PostAsync(int count)
    {
        BatchMaker maker = new(net);
        for (uint i = 1; i <= count; i++)
        {
            Batch batch = await maker.MakeAsync(new JobPlan(2 * i) { Prompt = [1, i, 40 + i], MaxOutput = 3 + i % 4 }, new JobPlan(2 * i + 1) { Greedy = true });
            await net.PostAsync(batch.Header, batch.Chunks);
        }
    }

    private async Task<int> UntilValidAsync(BatchVerification verification, ulong index, Dictionary<VerdictCause, int> waits)
    {
        for (int attempt = 0; attempt < 30; attempt++)
        {
            BatchVerdict verdict = await verification.VerifyAsync(index, net.Bound);
            Assert.True(verdict.Verdict != Verdict.Invalid, verdict.Detail);
            if (verdict.Verdict == Verdict.Valid)
                return 1;
            waits[verdict.Cause] = waits.GetValueOrDefault(verdict.Cause) + 1;
        }

        return 0;
    }

    private void FlapData(int seed, double rate)
    {
        Random random = new(seed);
        Lock gate = new();
        net.Data.Intercept = async (context, bytes, _) =>
        {
            int fault;
            lock (gate)
            {
                fault = random.NextDouble() < rate ? random.Next(1, 5) : 0;
            }

            if (fault == 0 || bytes is null)
                return false;
            await MisbehaveAsync(context, bytes, fault);
            return true;
        };
    }

    private static async Task MisbehaveAsync(HttpContext context, byte[] bytes, int fault)
    {
        if (fault == 1)
        {
            context.Response.StatusCode = 500;
            return;
        }

        byte[] body = fault == 2 ? [.. bytes, 0] : [.. bytes];
        if (fault == 3 && body.Length > 0)
            body[^1] ^= 1;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(fault == 4 ? body.AsMemory(0, body.Length / 2) : body);
        if (fault == 4)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }
}

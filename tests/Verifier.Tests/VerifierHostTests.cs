using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TeeTee.Attestation.Collateral;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Tests.Support;

namespace TeeTee.Verifier.Tests;

/// <summary>The service end to end on a real chain: follows, survives restarts and reorganisations, keeps evidence, tells what it found.</summary>
[Collection(DevnetCollection.Name)]
public sealed class VerifierHostTests(Devnet net) : IAsyncLifetime
{
    private readonly string _folder = net.NewFolder();
    private string _snapshot = "";

    public async Task InitializeAsync() => _snapshot = await net.SnapshotAsync();

    public async Task DisposeAsync()
    {
        net.Data.Intercept = (_, _, _) => Task.FromResult(false);
        await net.RevertAsync(_snapshot);
    }

    [Fact]
    public async Task StartAsync_FaultBetweenHonestBatches_JudgesEachAndGoesOnAfterARestart()
    {
        BatchMaker maker = new(net);
        Batch honest = await maker.MakeAsync(new JobPlan(1));
        await net.PostAsync(honest.Header, honest.Chunks);
        Batch lie = await maker.MakeAsync(new JobPlan(2) { Lie = (_, lists) => lists[1][2] = Keccak256.Hash([1]) });
        (_, Bytes32 lieHash) = await net.PostAsync(lie.Header, lie.Chunks);
        Batch withheld = await maker.MakeAsync(new JobPlan(3));
        (ulong last, Bytes32 lastHash) = await net.PostAsync(withheld.Header, withheld.Chunks);
        Bytes32 missing = withheld.Chunks[0].Record.Hash;
        net.Data.Drop(missing);

        await using (VerifierHost host = await StartAsync())
        {
            Assert.Equal("valid", await VerdictAsync(host, 1, e => e.Verdict != "unavailable"));
            Assert.Equal("invalid", await VerdictAsync(host, 2, e => e.Verdict != "unavailable"));
            Assert.Equal("unavailable", await VerdictAsync(host, 3, e => e.Cause == "chunksMissing"));
            await AssertServedAsync(host);
        }

        AssertEvidence(lie, lieHash);
        int requests = net.Data.Requests;
        net.Data.Publish(last, lastHash, withheld.Chunks);
        await using VerifierHost again = await StartAsync();
        Assert.Equal("valid", await VerdictAsync(again, 3, e => e.Verdict != "unavailable"));
        Assert.Equal("invalid", await VerdictAsync(again, 2, _ => true));
        // The restart asked for the third batch alone: its manifest and chunks.
        Assert.InRange(net.Data.Requests - requests, 1, withheld.Chunks.Length + 2);
        Assert.Equal(Verdict.Valid, Evidence(3, lastHash).Verdict);
    }

    [Fact]
    public async Task StartAsync_ReorganisedChain_JudgesWhatStandsNow()
    {
        string before = await net.SnapshotAsync();
        BatchMaker maker = new(net);
        Batch dropped = await maker.MakeAsync(new JobPlan(1), new JobPlan(2));
        (_, Bytes32 droppedHash) = await net.PostAsync(dropped.Header, dropped.Chunks);
        await using VerifierHost host = await StartAsync();
        Assert.Equal("valid", await VerdictAsync(host, 1, e => e.BatchHash == $"{droppedHash}"));

        await net.RevertAsync(before);
        maker = new BatchMaker(net);
        Batch other = await maker.MakeAsync(new JobPlan(5));
        (_, Bytes32 otherHash) = await net.PostAsync(other.Header, other.Chunks);

        Assert.Equal("valid", await VerdictAsync(host, 1, e => e.BatchHash == $"{otherHash}"));
    }

    [Fact]
    public async Task StartAsync_RolledBackBatch_IsNoLongerValidAndTheNextBuildsOnItsParent()
    {
        BatchMaker maker = new(net);
        Batch first = await maker.MakeAsync(new JobPlan(1));
        await net.PostAsync(first.Header, first.Chunks);
        await net.InstallDisputeModuleAsync();
        BatchMaker branch = new(net, maker.State);
        Batch second = await branch.MakeAsync(new JobPlan(2));
        (ulong index, Bytes32 hash) = await net.PostAsync(second.Header, second.Chunks);
        await using VerifierHost host = await StartAsync();
        Assert.Equal("valid", await VerdictAsync(host, index, e => e.Verdict != "unavailable"));

        await net.RollBackAsync(index, hash);
        Assert.Equal("unavailable", await VerdictAsync(host, index, e => e.Cause == "notStanding"));
        Batch third = await maker.MakeAsync(new JobPlan(3));
        (ulong next, _) = await net.PostAsync(third.Header, third.Chunks);
        Assert.Equal(index + 1, next);
        Assert.Equal("valid", await VerdictAsync(host, next, e => e.Verdict != "unavailable"));
    }

    [Fact]
    public async Task StartAsync_StateOfAnotherDeployment_IsRefused()
    {
        string file = Path.Combine(_folder, "state.json");
        await using (VerifierHost host = await StartAsync())
        {
            BatchMaker maker = new(net);
            Batch batch = await maker.MakeAsync(new JobPlan(1));
            await net.PostAsync(batch.Header, batch.Chunks);
            await VerdictAsync(host, 1, e => e.Verdict == "valid");
        }

        string json = await File.ReadAllTextAsync(file, net.Bound);
        await File.WriteAllTextAsync(file, json.Replace("\"chainId\":84532", "\"chainId\":84533", StringComparison.Ordinal), net.Bound);
        FailureException other = await Assert.ThrowsAsync<FailureException>(StartAsync);
        await File.WriteAllTextAsync(file, json[..^20], net.Bound);
        FailureException damaged = await Assert.ThrowsAsync<FailureException>(StartAsync);

        Assert.Equal(("state_unusable", "state_unusable"), (other.Code, damaged.Code));
        Assert.Contains(file, damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_WrongChainId_EndsWithIt()
    {
        VerifierOptions options = Options() with { Deployment = net.Deployment with { ChainId = 1 }, StateFile = null };

        FailureException failure = await Assert.ThrowsAsync<FailureException>(() => VerifierHost.RunAsync(options, net.Bound));

        Assert.Equal("wrong_chain", failure.Code);
    }

    [Fact]
    public async Task OpenAsync_UnusableOptions_NamesEveryFault()
    {
        VerifierOptions options = net.Options() with { ChainUrls = [], SampleRate = 2, AllowSimulated = false };

        FailureException failure = await Assert.ThrowsAsync<FailureException>(() => BatchVerification.OpenAsync(options, TimeProvider.System, net.Bound));
        FailureException model = await Assert.ThrowsAsync<FailureException>(() => BatchVerification.OpenAsync(
            net.Options() with { ModelFiles = [Path.Combine(_folder, "absent.gguf")] }, TimeProvider.System, net.Bound));

        Assert.Equal(("invalid_configuration", "model_unusable"), (failure.Code, model.Code));
        Assert.All((string[])["chain URL", "sample rate", "simulated"], text => Assert.Contains(text, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task StartAsync_CollateralRanOut_IsNamedByReadiness()
    {
        string path = Path.Combine(_folder, "collateral.json");
        await File.WriteAllBytesAsync(path, net.Pki.Collateral(DateTimeOffset.UtcNow.AddDays(-31)).Write());
        await using VerifierHost host = await VerifierHost.StartAsync(Options() with { Collateral = CollateralFile.Open(path) }, TimeProvider.System, net.Bound);
        using HttpClient http = new() { BaseAddress = host.Address };

        using HttpResponseMessage ready = await http.GetAsync("/readyz", net.Bound);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("its quotes are refused", await ready.Content.ReadAsStringAsync(net.Bound), StringComparison.Ordinal);
    }

    private VerifierOptions Options() => net.Options() with
    {
        EvidenceFolder = Path.Combine(_folder, "evidence"),
        StateFile = Path.Combine(_folder, "state.json"),
        PollSeconds = 0.05,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
    };

    private Task<VerifierHost> StartAsync() => VerifierHost.StartAsync(Options(), TimeProvider.System, net.Bound);

    private async Task<string> VerdictAsync(VerifierHost host, ulong index, Func<Entry, bool> until)
    {
        using HttpClient http = new() { BaseAddress = host.Address };
        while (true)
        {
            using HttpResponseMessage response = await http.GetAsync($"/v1/verdicts/{index}", net.Bound);
            if (response.IsSuccessStatusCode)
            {
                Entry entry = (await response.Content.ReadFromJsonAsync<Entry>(JsonSerializerOptions.Web, net.Bound))!;
                if (until(entry))
                    return entry.Verdict;
            }

            Assert.False(host.Following.IsCompleted, $"{host.Following.Exception}");
            await Task.Delay(20, net.Bound);
        }
    }

    private async Task AssertServedAsync(VerifierHost host)
    {
        using HttpClient http = new() { BaseAddress = host.Address };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/livez", net.Bound)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz", net.Bound)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/v1/verdicts?limit=x", net.Bound)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/verdicts/99", net.Bound)).StatusCode);
        using var list = JsonDocument.Parse(await http.GetStringAsync("/v1/verdicts?from=2&limit=1", net.Bound));
        Assert.Equal(2ul, Assert.Single(list.RootElement.GetProperty("verdicts").EnumerateArray()).GetProperty("index").GetUInt64());
        using var info = JsonDocument.Parse(await http.GetStringAsync("/v1/info", net.Bound));
        Assert.Equal(net.Deployment.ChainId, info.RootElement.GetProperty("chainId").GetUInt64());
        Assert.Equal(JsonValueKind.Null, info.RootElement.GetProperty("auditKey").ValueKind);
        string metrics = await http.GetStringAsync("/metrics", net.Bound);
        Assert.All(
            (string[])[
                "teetee_verifier_verdicts_total{verdict=\"Valid\",cause=\"None\"}", "teetee_verifier_verdicts_total{verdict=\"Invalid\",cause=\"TraceDiffers\"}",
                "teetee_verifier_oldest_unverified_age_seconds", "teetee_verifier_sample_rate_achieved", "teetee_verifier_invalid_batches",
            ],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal));
    }

    private void AssertEvidence(Batch batch, Bytes32 hash)
    {
        BatchVerdict verdict = Evidence(2, hash);
        string chunks = Path.Combine(_folder, "evidence", "chunks");
        Assert.Equal((Verdict.Invalid, 2, batch.Header), (verdict.Verdict, verdict.Reproductions, verdict.Posting!.Header));
        Assert.Equal(batch.Chunks.Select(c => c.Record), verdict.Manifest);
        Assert.All(batch.Chunks, c => Assert.Equal(c.Bytes.ToArray(), File.ReadAllBytes(Path.Combine(chunks, $"{c.Record.Hash}"))));
        const UnixFileMode everybodyReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.All(Directory.GetFiles(Path.Combine(_folder, "evidence"), "*", SearchOption.AllDirectories), f => Assert.Equal(everybodyReads, ModeOf(f)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(Path.Combine(_folder, "state.json.secret")));
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp", SearchOption.AllDirectories));
    }

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private BatchVerdict Evidence(ulong index, Bytes32 hash) =>
        BatchVerdict.Parse(File.ReadAllBytes(Path.Combine(_folder, "evidence", $"batch-{index:D8}-{hash}.json")));

    private sealed record Entry(ulong Index, string BatchHash, string Verdict, string Cause);
}

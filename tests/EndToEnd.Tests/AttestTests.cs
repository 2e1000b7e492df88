using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.EndToEnd.Tests;

/// <summary>The running network proves its shards to a stranger, who asks the contracts too.</summary>
[Collection(NetworkGroup.Name)]
public sealed class AttestTests(NetworkFixture fixture) : IAsyncLifetime
{
    public async Task InitializeAsync() => await fixture.OfferAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task AttestStatus_OfTheRunningNetwork_AcceptsEverySlotAsRegistered()
    {
        TeeTeeProgram.Ended run = await RunAsync("--trusted-root", Path.Combine(fixture.Network.State, "simulated-tee", "root.pem"));

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        JsonElement[] slots = [.. run.Json().GetProperty("slots").EnumerateArray()];
        Assert.Equal(2, slots.Length);
        Assert.All(slots, slot =>
        {
            Assert.Equal(("accept", "simulated"), (slot.GetProperty("verdict").GetString(), slot.GetProperty("teeType").GetString()));
            Assert.True(slot.GetProperty("registered").GetBoolean());
        });
    }

    [Fact]
    public async Task AttestStatus_ByIntelsRoot_RefusesTheSimulatedTee()
    {
        TeeTeeProgram.Ended run = await RunAsync();

        Assert.Equal(7, run.ExitCode);
        Assert.All(run.Json().GetProperty("slots").EnumerateArray(), slot => Assert.Equal("reject", slot.GetProperty("verdict").GetString()));
    }

    // The root alone, in a folder without collateral: the quotes are judged by what the sequencer kept, as of the posting.
    [Fact]
    public async Task ReceiptVerify_RootAlone_JudgesQuotesByTheKeptCollateral()
    {
        Asking asking = await fixture.PrepareAsync("What is a rollup?", 8);
        await asking.RunAsync(fixture.Jobs);
        Bytes32 id = asking.JobId;
        await Limits.UntilAsync("the receipt to be in a batch", async () =>
            await fixture.Jobs.GetReceiptAsync(id, CancellationToken.None) is { } receipt && receipt.GetProperty("status").GetString() is "posted" or "final");
        string folder = Directory.CreateTempSubdirectory("teetee-root-").FullName;
        string root = Path.Combine(folder, "root.pem");
        File.Copy(Path.Combine(fixture.Network.State, "simulated-tee", "root.pem"), root);

        TeeTeeProgram.Ended run = await TeeTeeProgram.RunAsync(
            "receipt", "verify", id.ToString(), "--url", fixture.Network.Sequencer.ToString(), "--chain-url", fixture.Network.Chain.ToString(),
            "--deployment", Path.Combine(fixture.Network.State, "deployment.json"), "--trusted-root", root, "--json");
        Directory.Delete(folder, recursive: true);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        JsonElement[] quotes = [.. run.Json().GetProperty("quotes").EnumerateArray()];
        Assert.Equal(2, quotes.Length);
        Assert.All(quotes, quote =>
        {
            Assert.Equal(("pass", "UpToDate", "simulated"), (quote.GetProperty("outcome").GetString(), quote.GetProperty("status").GetString(), quote.GetProperty("teeType").GetString()));
            Assert.Matches("^[0-9a-f]{96}$", quote.GetProperty("measurements").GetProperty("mrTd").GetString());
        });
        Assert.Contains("judged as of", run.Errors, StringComparison.Ordinal);
    }

    private Task<TeeTeeProgram.Ended> RunAsync(params string[] arguments) => TeeTeeProgram.RunAsync(
        ["attest", "status", "--url", fixture.Network.Sequencer.ToString(), "--deployment", Path.Combine(fixture.Network.State, "deployment.json"),
            "--chain-url", fixture.Network.Chain.ToString(), "--json", .. arguments]);
}

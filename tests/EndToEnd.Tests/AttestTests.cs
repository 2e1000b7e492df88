using System.Text.Json;

namespace TeeTee.EndToEnd.Tests;

/// <summary>The running network proves its shards to a stranger, who asks the contracts too.</summary>
[Collection(NetworkGroup.Name)]
public sealed class AttestTests(NetworkFixture fixture)
{
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

    private Task<TeeTeeProgram.Ended> RunAsync(params string[] arguments) => TeeTeeProgram.RunAsync(
        ["attest", "status", "--url", fixture.Network.Sequencer.ToString(), "--deployment", Path.Combine(fixture.Network.State, "deployment.json"),
            "--chain-url", fixture.Network.Chain.ToString(), "--json", .. arguments]);
}

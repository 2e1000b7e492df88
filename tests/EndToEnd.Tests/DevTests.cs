namespace TeeTee.EndToEnd.Tests;

public sealed class DevTests
{
    [Fact]
    public async Task Dev_Killed_LeavesNoProcess()
    {
        await using DevNetwork network = await DevNetwork.StartAsync();
        Assert.All(["sequencer", "verifier", "shard-0", "shard-1", "anvil"], service => Assert.NotEmpty(network.Find(service)));

        await network.KillAsync();

        await Limits.UntilAsync("all processes to end", () =>
            Task.FromResult(ProcessTable.Find(network.State).Count == 0 && network.Find("anvil").Count == 0));
    }
}

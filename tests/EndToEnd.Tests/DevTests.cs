using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using TeeTee.Ethereum;

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

    [Fact]
    public async Task Dev_InterruptedAndStartedAgain_GoesOnWhereItStopped()
    {
        await using DevNetwork first = await DevNetwork.StartAsync();
        UInt128 fee = await AskAsync(first);

        Assert.Equal(0, await first.InterruptAsync());
        Assert.Empty(ProcessTable.Find(first.State));
        await using DevNetwork second = await DevNetwork.StartAsync(first.State);

        Assert.Equal((first.ApiKey, first.ModelId), (second.ApiKey, second.ModelId));
        Assert.Equal(fee, await SpentAsync(second));
        UInt128 both = fee + await AskAsync(second);
        Assert.Equal(both, await SpentAsync(second));
    }

    private static async Task<UInt128> AskAsync(DevNetwork network)
    {
        TeeTeeProgram.Ended ask = await TeeTeeProgram.RunAsync(
            "ask", "What is a rollup?", "--json", "--url", network.Sequencer.ToString(), "--model", NetworkFixture.ModelPath, "--key-file", UserKey(network));
        Assert.True(ask.ExitCode == 0, ask.Errors);
        string id = ask.Json().GetProperty("receiptId").GetString()!;
        using HttpClient http = new() { BaseAddress = network.Sequencer, Timeout = Limits.Patience };
        await Limits.UntilAsync("the receipt to be final", async () =>
            (await http.GetFromJsonAsync<JsonElement>($"v1/receipts/{id}")).GetProperty("status").GetString() == "final");
        return UInt128.Parse(ask.Json().GetProperty("fee").GetString()!, CultureInfo.InvariantCulture);
    }

    private static async Task<UInt128> SpentAsync(DevNetwork network)
    {
        using HttpClient http = new() { BaseAddress = network.Sequencer, Timeout = Limits.Patience };
        JsonElement account = await http.GetFromJsonAsync<JsonElement>($"v1/accounts/{KeyFile.Load(UserKey(network)).Address}");
        return UInt128.Parse(account.GetProperty("spent").GetString()!, CultureInfo.InvariantCulture);
    }

    private static string UserKey(DevNetwork network) => Path.Combine(network.State, "keys", "user.key");
}

using System.Diagnostics;
using System.Text.Json;

namespace TeeTee.EndToEnd.Tests.Fraud;

public sealed class DemoFraudTests
{
    [Fact]
    public async Task DemoFraud_Json_HoldsTheWholeContractWithinAMinute()
    {
        long started = Stopwatch.GetTimestamp();
        TeeTeeProgram.Ended demo = await TeeTeeProgram.RunAsync("demo", "fraud", "--json");
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);

        Assert.True(demo.ExitCode == 0, demo.Errors);
        JsonElement result = demo.Json();
        Assert.Equal(
            ["fault", "caught", "operator", "layer", "position", "element", "transactions", "slashed", "refunded", "bounty", "honestHostsUnharmed"],
            result.EnumerateObject().Select(p => p.Name));
        Assert.Equal("activation-bit", result.GetProperty("fault").GetString());
        Assert.True(result.GetProperty("caught").GetBoolean());
        Assert.True(result.GetProperty("honestHostsUnharmed").GetBoolean());
        Assert.Equal("AttentionOutput", result.GetProperty("operator").GetString());
        Assert.Equal(
            ["open", "reveal", "select", "answer", "prove"], result.GetProperty("transactions").EnumerateArray().Take(5).Select(t => t.GetProperty("name").GetString()));
        Assert.Equal("host", Assert.Single(result.GetProperty("slashed").EnumerateArray()).GetProperty("role").GetString());
        Assert.True(elapsed < TimeSpan.FromSeconds(60), $"{elapsed.TotalSeconds:F0} s");
    }

    [Fact]
    public async Task DemoFraud_UnknownFault_IsRefused()
    {
        TeeTeeProgram.Ended demo = await TeeTeeProgram.RunAsync("demo", "fraud", "--fault", "honesty", "--json");

        Assert.Equal("bad_setting", demo.Json().GetProperty("error").GetProperty("code").GetString());
    }
}

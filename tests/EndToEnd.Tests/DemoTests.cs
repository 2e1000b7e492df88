using System.Globalization;
using System.Text.Json;

namespace TeeTee.EndToEnd.Tests;

public sealed class DemoTests : IClassFixture<DemoTests.Demos>
{
    private readonly Demos _demos;

    public DemoTests(Demos demos) => _demos = demos;

    /// <summary>The demo over one, two and four shards, once each.</summary>
    public sealed class Demos : IAsyncLifetime
    {
        internal Dictionary<int, TeeTeeProgram.Ended> ByShards { get; } = [];

        internal TeeTeeProgram.Ended Confidential { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            ByShards[2] = await TeeTeeProgram.RunAsync("demo", "--json", "--window", "3");
            ByShards[1] = await TeeTeeProgram.RunAsync("demo", "--json", "--window", "3", "--shards", "1");
            ByShards[4] = await TeeTeeProgram.RunAsync("demo", "--json", "--window", "3", "--shards", "4");
            Confidential = await TeeTeeProgram.RunAsync("demo", "--json", "--window", "3", "--confidential");
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }

    [Fact]
    public void Demo_Json_HoldsTheWholeContract()
    {
        TeeTeeProgram.Ended demo = _demos.ByShards[2];
        Assert.True(demo.ExitCode == 0, demo.Errors);
        JsonElement result = demo.Json();

        Assert.Equal("What is Ethereum?", result.GetProperty("prompt").GetString());
        Assert.Contains("blockchain", result.GetProperty("answer").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("teetee-demo", result.GetProperty("model").GetString());
        Assert.Equal(2, result.GetProperty("shards").GetInt32());
        Assert.InRange(result.GetProperty("tokenCount").GetInt32(), 11, 1_000);
        Assert.Matches("^0x[0-9a-f]{64}$", result.GetProperty("receiptId").GetString());
        Assert.Equal(1, result.GetProperty("batchIndex").GetInt32());
        Assert.Matches("^0x[0-9a-f]{64}$", result.GetProperty("batchTx").GetString());
        Assert.Equal("Valid", result.GetProperty("verdict").GetString());
        Assert.Equal("final", result.GetProperty("status").GetString());
        Assert.All(["start", "answer", "posted", "verified", "final", "paid"], stage => Assert.True(result.GetProperty("seconds").GetProperty(stage).GetDouble() >= 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Demo_Payouts_SumToTheCharge(int shards)
    {
        JsonElement result = _demos.ByShards[shards].Json();
        JsonElement[] payouts = [.. result.GetProperty("payouts").EnumerateArray()];

        Assert.Equal(1, payouts.Count(p => p.GetProperty("role").GetString() == "sequencer"));
        Assert.Equal(shards, payouts.Count(p => p.GetProperty("role").GetString() == "host"));
        Assert.All(payouts, p => Assert.Matches("^0x[0-9a-fA-F]{40}$", p.GetProperty("address").GetString()));
        Assert.Equal(Wei(result.GetProperty("charged")), payouts.Aggregate(UInt128.Zero, (sum, p) => sum + Wei(p.GetProperty("wei"))));
        Assert.NotEqual(UInt128.Zero, Wei(result.GetProperty("charged")));
    }

    [Fact]
    public void Demo_OneTwoAndFourShards_GiveTheSameAnswerAtTheSamePrice()
    {
        JsonElement[] results = [.. _demos.ByShards.Values.Select(demo => demo.Json())];

        Assert.Single(results.Select(r => r.GetProperty("answer").GetString()).Distinct());
        Assert.Single(results.Select(r => r.GetProperty("tokenCount").GetInt32()).Distinct());
        Assert.Single(results.Select(r => r.GetProperty("charged").GetString()).Distinct());
        Assert.Equal([1, 2, 4], results.Select(r => r.GetProperty("shards").GetInt32()).Order());
    }

    [Fact]
    public void Demo_Confidential_IsTheSameAnswerAndAuditedByTheVerifier()
    {
        TeeTeeProgram.Ended demo = _demos.Confidential;
        Assert.True(demo.ExitCode == 0, demo.Errors);
        (JsonElement closed, JsonElement open) = (demo.Json(), _demos.ByShards[2].Json());

        Assert.Equal([.. open.EnumerateObject().Select(p => p.Name), "confidential"], closed.EnumerateObject().Select(p => p.Name));
        Assert.True(closed.GetProperty("confidential").GetBoolean());
        foreach (string name in (string[])["prompt", "answer", "model", "shards", "tokenCount", "verdict", "status", "charged"])
            Assert.Equal(open.GetProperty(name).GetRawText(), closed.GetProperty(name).GetRawText());
    }

    private static UInt128 Wei(JsonElement text) => UInt128.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}

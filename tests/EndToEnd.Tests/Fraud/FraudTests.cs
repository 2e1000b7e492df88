using TeeTee.Cli.Fraud;

namespace TeeTee.EndToEnd.Tests.Fraud;

/// <summary>Every fault is caught by the contracts on a real chain, and nobody but the cheat pays.</summary>
public sealed class FraudTests(FraudFixture fixture) : IClassFixture<FraudFixture>
{
    [Theory]
    [InlineData("weight-bit")]
    [InlineData("activation-bit")]
    [InlineData("kv-bit")]
    [InlineData("skip-layer")]
    [InlineData("other-layer")]
    [InlineData("wrong-sampling")]
    public async Task Run_ShardComputesWrongly_OneUnitIsProvedAndThatShardAlonePays(string fault)
    {
        FraudResult result = await fixture.RunAsync(fault);

        AssertCaught(result, "host", fixture.Network.Network.Keys.Operators[^1].Address);
        Assert.NotNull(result.Operator);
        Assert.NotNull(result.Element);
        Assert.Equal(["open", "reveal", "select", "answer", "prove"], result.Transactions.Take(5).Select(t => t.Name));
    }

    [Theory]
    [InlineData("random-root-in-reveal")]
    [InlineData("reveal-off-leaf")]
    [InlineData("random-trace-leaf")]
    [InlineData("withhold-reveal")]
    [InlineData("withhold-answer")]
    public async Task Run_ShardCannotShowWhatItSigned_SilenceConvictsIt(string fault)
    {
        FraudResult result = await fixture.RunAsync(fault);

        AssertCaught(result, "host", fixture.Network.Network.Keys.Operators[^1].Address);
        Assert.Contains(result.Transactions, t => t.Name == "timeout");
    }

    [Theory]
    [InlineData("wrong-boundary")]
    [InlineData("wrong-fee")]
    [InlineData("overdraft")]
    [InlineData("wrong-state-root")]
    [InlineData("missing-layer")]
    [InlineData("job-twice")]
    [InlineData("run-past-stop")]
    [InlineData("truncate")]
    [InlineData("answer-differs")]
    [InlineData("other-seed")]
    [InlineData("bad-quote")]
    [InlineData("withhold-data")]
    [InlineData("forged-shard-receipt")]
    public async Task Run_SequencerPostsWhatIsWrong_ItAlonePays(string fault)
    {
        FraudResult result = await fixture.RunAsync(fault);

        AssertCaught(result, "sequencer", fixture.Network.Network.Keys.Sequencer.Address);
        Assert.Null(result.Element);
    }

    [Fact]
    public async Task Run_DataComesLate_ItIsReadFromTheChainAndNobodyPays()
    {
        FraudResult result = await fixture.RunAsync("late-data");

        Assert.True(result.Caught, Describe(result));
        Assert.Empty(result.Slashed);
        Assert.True(result.HonestHostsUnharmed, Describe(result));
    }

    [Theory]
    [InlineData("self-challenge", 1)]
    [InlineData("garbage-upstream", 0)]
    public async Task Run_CheatHasAnAccomplice_ItAlonePaysAndTheHonestHostKeepsEverything(string fault, int cheat)
    {
        FraudResult result = await fixture.RunAsync(fault);

        AssertCaught(result, "host", fixture.Network.Network.Keys.Operators[cheat].Address);
    }

    [Fact]
    public async Task Run_StrangerRevealsForAnHonestHost_TheContractRefusesAndTheHostWinsTheBond()
    {
        FraudResult result = await fixture.RunAsync("reveal-by-stranger");

        Assert.True(result.Caught, Describe(result));
        Assert.Empty(result.Slashed);
        Assert.Equal(0u, result.Bounty);
        Assert.True(result.HonestHostsUnharmed, Describe(result));
    }

    private static void AssertCaught(FraudResult result, string role, Primitives.Address who)
    {
        Assert.True(result.Caught, Describe(result));
        Assert.All(result.Slashed, s => Assert.Equal((role, who), (s.Role, s.Address)));
        Assert.True(result.Bounty > 0, Describe(result));
        Assert.True(result.HonestHostsUnharmed, Describe(result));
        Assert.All(result.Transactions, t => Assert.True(t.Gas <= 16_777_216, $"{t.Name}: {t.Gas} gas"));
    }

    private static string Describe(FraudResult result) => System.Text.Json.JsonSerializer.Serialize(result.ToJson());
}

using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;

namespace TeeTee.Hosting.Tests.Faults;

public sealed class FaultTests
{
    private const string Names =
        "weight-bit activation-bit kv-bit skip-layer other-layer wrong-sampling random-root-in-reveal reveal-off-leaf random-trace-leaf withhold-reveal "
        + "withhold-answer withhold-data late-data wrong-boundary wrong-fee overdraft wrong-state-root missing-layer job-twice run-past-stop truncate "
        + "answer-differs other-seed bad-quote forged-shard-receipt reveal-by-stranger self-challenge garbage-upstream";

    [Fact]
    public void All_Catalogue_HasEveryFaultOnceWithAServiceOrAnAttacker()
    {
        Assert.Equal(Names.Split(' ').Order(), FaultCatalog.All.Select(fault => fault.Name).Order());
        Assert.Equal(Enum.GetValues<FaultKind>().Order(), FaultCatalog.All.Select(fault => fault.Kind).Order());
        Assert.All(FaultCatalog.All, fault => Assert.True(fault.Shard || fault.Sequencer || fault.Role == FaultRole.Attacker, fault.Name));
        Assert.All(FaultCatalog.All, fault => Assert.Same(fault, FaultCatalog.Find(fault.Name)));
        Assert.All(FaultCatalog.All, fault => Assert.Contains(fault.Name, FaultCatalog.Describe([fault]), StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_NameWithPlaces_IsThatFault()
    {
        Fault expected = new(FaultKind.ActivationBit) { Position = 4, Layer = 2, Operator = 13, Seed = 9 };

        Assert.Equal(expected, Fault.Parse("activation-bit, position=4, layer=2, operator=Output, seed=9", name => name == "Output" ? 13 : null));
        Assert.Equal(new Fault(FaultKind.KvBit), Fault.Parse("kv-bit", _ => null));
    }

    [Theory]
    [InlineData("no-such-fault")]
    [InlineData("")]
    [InlineData("kv-bit,position")]
    [InlineData("kv-bit,position=-1")]
    [InlineData("kv-bit,position=x")]
    [InlineData("kv-bit,operator=Nonsense")]
    [InlineData("kv-bit,colour=3")]
    public void Parse_AnythingElse_IsABadSetting(string text)
    {
        Assert.Equal("bad_setting", Assert.Throws<FailureException>(() => Fault.Parse(text, _ => null)).Code);
    }

    [Theory]
    [InlineData(true, false, 31337ul, true, null)]
    [InlineData(false, false, 31337ul, true, "--insecure-dev")]
    [InlineData(true, true, 31337ul, true, "real TEE")]
    [InlineData(true, false, 1ul, true, "has value")]
    [InlineData(true, false, 8453ul, true, "has value")]
    [InlineData(true, false, 31337ul, false, "production parameters")]
    public void Require_AnythingThatIsNotDevelopment_IsRefused(bool insecure, bool hardware, ulong chain, bool development, string? cause)
    {
        FailureException? refused = Record.Exception(() => FaultGuard.Require(new FaultSwitch(), insecure, hardware, chain, development)) as FailureException;

        Assert.Equal(cause is null, refused is null);
        Assert.Contains(cause ?? "", refused?.Message ?? "", StringComparison.Ordinal);
        FaultGuard.Require(null, insecure, hardware, chain, development);
    }

    [Fact]
    public void Active_Switched_CountsFromThenOn()
    {
        FaultSwitch faults = new();
        Assert.False(faults.Is(FaultKind.KvBit));
        faults.Active = new Fault(FaultKind.KvBit);
        Assert.True(faults.Is(FaultKind.KvBit));
    }
}

using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;
using TeeTee.Hosting.Failures;
using TeeTee.ShardNode.Security;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Security;

/// <summary>A shard that its peers would refuse does not start, and says why.</summary>
public sealed class OwnQuoteCheckTests : IDisposable
{
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly SimulatedMeasurements _image = SimulatedMeasurements.Of(PeerForge.Image, PeerForge.Compose);
    private readonly ScriptedQuotes _quotes;
    private readonly SimulatedQuoteSource _source;

    public OwnQuoteCheckTests()
    {
        _source = new SimulatedQuoteSource(_pki, _image);
        _quotes = new ScriptedQuotes(_source);
    }

    public void Dispose()
    {
        _source.Dispose();
        _pki.Dispose();
    }

    [Fact]
    public async Task RunAsync_OwnQuotePasses_IsSilentAndQuotesOtherDataEachTime()
    {
        await OwnQuoteCheck.RunAsync(_quotes, Trust(), TimeProvider.System, CancellationToken.None);
        await OwnQuoteCheck.RunAsync(_quotes, Trust(), TimeProvider.System, CancellationToken.None);

        Assert.Equal(2, _quotes.Asked.Select(Convert.ToHexString).Distinct().Count());
    }

    public static TheoryData<string, string, string> Misfits => new()
    {
        { "another image", "own_quote_refused", "Measurements: " },
        { "simulation not allowed", "own_quote_refused", "PckChain: " },
        { "another root", "own_quote_refused", "RootCrl: " },
        { "collateral that ran out", "own_quote_refused", "RootCrl: " },
        { "a later evaluation demanded", "own_quote_refused", "TcbInfo: " },
        { "another platform's collateral", "collateral_unavailable", "cannot be judged" },
        { "no quote", "no_quote", "broken" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task RunAsync_OwnQuoteDoesNotPass_NamesStageAndCause(string what, string code, string cause)
    {
        using SimulatedPki other = SimulatedPki.Create(TimeProvider.System);
        _quotes.IsBroken = what == "no quote";
        SimulatedCollateralShape shape = new() { IssuedAt = DateTimeOffset.UtcNow.AddMinutes(-1) };
        AttestedPeerOptions trust = Trust();
        trust = what switch
        {
            "another image" => trust with { Policy = trust.Policy with { AllowedMeasurements = SimulatedMeasurements.Of("other", PeerForge.Compose).ToAllowList() } },
            "simulation not allowed" => trust with { Policy = trust.Policy with { AllowSimulated = false } },
            "another root" => trust with { Root = other.Root },
            "collateral that ran out" => trust with { Collateral = Held(shape with { IssuedAt = DateTimeOffset.UtcNow.AddDays(-31) }) },
            "a later evaluation demanded" => trust with { Policy = trust.Policy with { MinTcbEvaluationDataNumber = 1_000_000 } },
            "another platform's collateral" => trust with { Collateral = Held(shape with { Authority = PckAuthority.Processor }) },
            _ => trust,
        };

        FailureException refused = await Assert.ThrowsAsync<FailureException>(() => OwnQuoteCheck.RunAsync(_quotes, trust, TimeProvider.System, CancellationToken.None));

        Assert.Equal(code, refused.Code);
        Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_ShardOfAnotherImage_DoesNotStart()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, attested: true);
        ShardNodeOptions options = cluster.Options(0) with { StateFolder = cluster.StateFolder(1), SimulatedImage = "another image" };

        FailureException refused = await Assert.ThrowsAsync<FailureException>(() => ShardNodeHost.StartAsync(options, CancellationToken.None).Bound());

        Assert.Equal("own_quote_refused", refused.Code);
    }

    private HeldCollateral Held(SimulatedCollateralShape shape) => new(_pki.Collateral(shape));

    private AttestedPeerOptions Trust() => new()
    {
        Root = _pki.Root,
        Policy = new QuotePolicy { AllowSimulated = true, AllowedMeasurements = _image.ToAllowList() },
        Collateral = new HeldCollateral(_pki.Collateral(DateTimeOffset.UtcNow)),
    };
}

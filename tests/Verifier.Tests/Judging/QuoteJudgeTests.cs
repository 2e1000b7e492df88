using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Tests.Judging;

/// <summary>When collateral that is held now may judge a quote that was posted then.</summary>
public sealed class QuoteJudgeTests : IDisposable
{
    private static readonly RollupDomain s_domain = new(31337, AddressOf(9));
    private static readonly QuoteRecord s_record = new(
        Keccak256.Hash("model"u8), 3, AddressOf(1), 7, Keccak256.Hash("executions"u8), AddressOf(2), Keccak256.Hash("key"u8), Bytes32.Zero);

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);

    public void Dispose() => _pki.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(28)]
    [InlineData(-2)]
    [InlineData(-35)]
    public void Judge_PostedInsideTheWindowOrTheGraceBefore_IsAccepted(int days)
    {
        QuoteJudge judge = new(Options(Held()), s_domain);
        Assert.True(judge.Judge([Quote(_pki)], At(days)).Single().IsAccepted);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(400)]
    [InlineData(-37)]
    public void Judge_PostedBeyondTheCollateral_AccusesNobody(int days)
    {
        QuoteJudge judge = new(Options(Held()), s_domain);
        JudgementException fault = Assert.Throws<JudgementException>(() => judge.Judge([Quote(_pki)], At(days)));
        Assert.Equal(VerdictCause.CollateralMissing, fault.Cause);
    }

    [Fact]
    public void Judge_NoCollateralForThePlatform_AccusesNobody()
    {
        QuoteJudge judge = new(Options(new Nothing()), s_domain);
        JudgementException fault = Assert.Throws<JudgementException>(() => judge.Judge([Quote(_pki)], At(0)));
        Assert.Equal(VerdictCause.CollateralMissing, fault.Cause);
        Assert.Contains("53494d554c00", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ForgedQuoteOfAPlatformThatIsNotHeld_IsTheBatchsFault()
    {
        using var other = SimulatedPki.Create(TimeProvider.System);
        QuoteJudge judge = new(Options(new Nothing()), s_domain);

        Rollup.Verification.QuoteVerdict verdict = judge.Judge([Quote(other)], At(0)).Single();

        Assert.False(verdict.IsAccepted);
        Assert.StartsWith("PckChain: ", verdict.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_CollateralOfAnotherRoot_AccusesNobody()
    {
        using var other = SimulatedPki.Create(TimeProvider.System);
        QuoteJudge judge = new(Options(new HeldCollateral(other.Collateral(_now))), s_domain);
        Assert.Equal(VerdictCause.CollateralMissing, Assert.Throws<JudgementException>(() => judge.Judge([Quote(_pki)], At(0))).Cause);
    }

    [Fact]
    public void Judge_BadQuote_IsTheBatchsFault()
    {
        using var other = SimulatedPki.Create(TimeProvider.System);
        QuoteJudge judge = new(Options(Held()), s_domain);
        QuoteItem good = Quote(_pki);
        QuoteItem[] bad = [Quote(other), good with { Quote = good.Quote[..100] }, good with { Record = good.Record with { Epoch = 8 } }];

        Rollup.Verification.QuoteVerdict[] verdicts = [.. judge.Judge([good, .. bad], At(0))];

        Assert.Equal([true, false, false, false], verdicts.Select(verdict => verdict.IsAccepted));
        Assert.Equal(["", "PckChain", "Parse", "ReportData"], verdicts.Select(verdict => verdict.Cause.Split(':')[0]));
    }

    private ulong At(int days) => (ulong)_now.AddDays(days).ToUnixTimeSeconds();

    private HeldCollateral Held() => new(_pki.Collateral(_now));

    private static QuoteItem Quote(SimulatedPki pki)
    {
        using SimulatedQuoteSource source = new(pki, SimulatedMeasurements.Of("shard", "compose"));
        byte[] quote = source.GetQuoteAsync(ReportData.ForEpoch(s_domain, s_record), CancellationToken.None).GetAwaiter().GetResult();
        return new QuoteItem(s_record with { QuoteHash = Keccak256.Hash(quote) }, quote);
    }

    private VerifierOptions Options(ICollateralProvider collateral) => new()
    {
        ChainUrls = [new Uri("http://127.0.0.1:1")],
        Deployment = new Deployment(31337, AddressOf(9), AddressOf(8), AddressOf(7), AddressOf(6), 0),
        DataUrls = [new Uri("http://127.0.0.1:1")],
        ModelFiles = [],
        QuoteRoot = _pki.Root,
        Collateral = collateral,
        AllowSimulated = true,
    };

    private static Address AddressOf(byte last) => new([.. new byte[19], last]);

    private sealed class Nothing : ICollateralProvider
    {
        public QuoteCollateral? Find(PlatformId platform) => null;

        public ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken) =>
            throw new CollateralUnavailableException("Nothing is held.");
    }
}

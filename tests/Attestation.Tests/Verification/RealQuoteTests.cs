using System.Globalization;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>Quotes made by Intel hardware, and the verdicts that an independent verifier gave on them.</summary>
public sealed class RealQuoteTests
{
    private const string Cases = PublishedCase.File;

    private static readonly QuotePolicy s_anyStatus = new() { AcceptedStatuses = QuotePolicy.AnyStatus };

    [SharedFact(Cases)]
    public void Verify_PublishedCases_GiveVerdictStageStatusAndAdvisories()
    {
        IReadOnlyList<PublishedCase> cases = PublishedCase.Load();
        foreach (PublishedCase published in cases)
            AssertAgrees(published.Id, published.Expect, Judge(published, s_anyStatus));
        Assert.Equal(94, cases.Count);
    }

    [SharedFact(Cases)]
    public void Verify_PublishedCasesStrict_GiveTheVerdictOfTheStrictRule()
    {
        PublishedCase[] cases = [.. PublishedCase.Load().Where(published => published.ExpectStrict is not null)];
        foreach (PublishedCase published in cases)
            AssertAgrees(published.Id, published.ExpectStrict!, Judge(published, s_anyStatus with { StrictComponents = true }));
        Assert.Equal(2, cases.Length);
        Assert.Contains(cases, published => published.ExpectStrict!.Status != published.Expect.Status);
    }

    [SharedFact(Cases)]
    public void Verify_PublishedCasesByDefault_AcceptOnlyUpToDate()
    {
        foreach (PublishedCase published in PublishedCase.Load().Where(published => published.Expect.Accept))
        {
            Judgement judgement = Judge(published, new QuotePolicy());
            if (published.Expect.Status == "UpToDate")
                Assert.Null(judgement.Error);
            else
                Assert.Equal(new QuoteError(QuoteStage.TcbLevel, $"status {published.Expect.Status} is not accepted"), judgement.Error);
            Assert.Equal(published.Expect.Status, $"{judgement.Status}");
        }
    }

    [SharedFact(Cases)]
    public void Verify_EverySecondAroundTheCollateralWindow_AcceptsExactlyInside()
    {
        byte[] quote = PublishedCase.ReadQuote("qvl-tdx-v4");
        QuoteCollateral collateral = ReadCollateral(PublishedCase.PathOf("collateral/qvl-b0c06f-2025-06.json"));
        DateTimeOffset first = Date("2025-06-19T10:32:27Z");
        DateTimeOffset last = Date("2025-07-19T10:00:35Z");
        IEnumerable<DateTimeOffset> edges = Enumerable.Range(-90, 181).SelectMany(s => new[] { first.AddSeconds(s), last.AddSeconds(s) });
        IEnumerable<DateTimeOffset> sweep = Enumerable.Range(-50, 1_500).Select(hours => first.AddHours(hours));
        foreach (DateTimeOffset now in edges.Concat(sweep))
        {
            QuoteVerdict verdict = QuoteVerifier.Verify(quote, Input(now, collateral, s_anyStatus));
            Assert.True(verdict.Accepted == (now >= first && now <= last), $"{now:u}: {verdict.Error}");
            if (verdict.Accepted)
                Assert.Equal(last, verdict.Expires);
        }
    }

    [SharedFact(Cases)]
    public void Verify_EveryByteOfARealQuote_NeverGivesAnotherAcceptedBody()
    {
        byte[] quote = PublishedCase.ReadQuote("qvl-tdx-v4");
        QuoteVerificationInput input = Input(
            Date("2025-07-04T10:16:31Z"), ReadCollateral(PublishedCase.PathOf("collateral/qvl-b0c06f-2025-06.json")), s_anyStatus);
        TdReport original = QuoteVerifier.Verify(quote, input).Report!;
        Assert.True(TdxQuote.TryParse(quote, out TdxQuote? parsed, out _));
        List<int> accepted = [];
        for (int offset = 0; offset < parsed.Length; offset++)
        {
            QuoteVerdict verdict = QuoteVerifier.Verify(QuoteFixture.Flip(quote, offset), input);
            if (!verdict.Accepted)
                continue;
            accepted.Add(offset);
            Assert.Equal(original, verdict.Report);
        }

        // Nothing but unused bits of base64 and white space of the chain.
        int chain = parsed.Length - parsed.Signature.PckChainPem.Length;
        Assert.All(accepted, offset => Assert.InRange(offset, chain, parsed.Length));
    }

    [SharedTheory(Cases)]
    [InlineData("b0c06f000000", PckAuthority.Platform, "qvl-tdx-v4", "qvl-b0c06f-2025-06")]
    [InlineData("00806f050000", PckAuthority.Platform, "fb-gcp-v4-dec2025", "fb-00806f-2026-01")]
    [InlineData("90c06f000000", PckAuthority.Platform, "goog-v5-td15", "fb-90c06f-2026-06")]
    public void TryReadPlatform_QuoteAndItsCollateral_Agree(string fmspc, PckAuthority authority, string quote, string collateral)
    {
        Assert.True(TdxQuote.TryParse(PublishedCase.ReadQuote(quote), out TdxQuote? parsed, out _));
        Assert.True(parsed.TryReadPlatform(out PlatformId asked, out _));
        Assert.True(ReadCollateral(PublishedCase.PathOf($"collateral/{collateral}.json")).TryReadPlatform(out PlatformId held, out _));

        Assert.Equal(new PlatformId(fmspc, authority), asked);
        Assert.Equal(asked, held);
    }

    [SharedFact("tdx/collateral/raw/intel_root_ca.der")]
    public void TrustedRoot_IntelCertificate_HasThePinnedKey()
    {
        string path = PublishedCase.PathOf("collateral/raw/intel_root_ca.der");
        var root = TrustedRoot.FromFile(path);
        Assert.False(root.IsSimulated);
        Assert.Equal(TrustedRoot.Intel.PublicKey.ToArray(), root.PublicKey.ToArray());
    }

    private static Judgement Judge(PublishedCase published, QuotePolicy policy)
    {
        QuoteVerificationInput input = Input(Date(published.At), ReadCollateral(published.CollateralPath), policy);
        if (published.TdxOnly)
        {
            QuoteVerdict tdx = QuoteVerifier.Verify(published.Quote, input);
            return new Judgement(tdx.Error, tdx.Status, tdx.Fmspc, tdx.TcbDate, tdx.Advisories);
        }
        SgxQuoteVerdict sgx = QuoteVerifier.VerifySgx(published.Quote, input);
        return new Judgement(sgx.Error, sgx.Status, sgx.Fmspc, sgx.TcbDate, sgx.Advisories);
    }

    private static void AssertAgrees(string id, PublishedVerdict expected, Judgement actual)
    {
        if (!expected.Accept)
        {
            Assert.True($"{actual.Error?.Stage}" == PublishedCase.StageOf(expected.Reason), $"{id}: {actual.Error}, expected {expected.Reason}");
            return;
        }
        Assert.True(actual.Error is null, $"{id}: {actual.Error}");
        Assert.Equal((id, expected.Status), (id, $"{actual.Status}"));
        Assert.Equal((id, expected.Fmspc), (id, actual.Fmspc));
        Assert.Equal((id, Date(expected.TcbDate!)), (id, actual.TcbDate!.Value));
        Assert.Equal(expected.Advisories.Order(StringComparer.Ordinal), actual.Advisories);
    }

    private static QuoteCollateral ReadCollateral(string path)
    {
        Assert.True(QuoteCollateral.TryParse(File.ReadAllBytes(path), out QuoteCollateral? collateral, out string cause), cause);
        return collateral;
    }

    private static QuoteVerificationInput Input(DateTimeOffset now, QuoteCollateral collateral, QuotePolicy policy) =>
        new() { Now = now, Root = TrustedRoot.Intel, Collateral = collateral, Policy = policy };

    private static DateTimeOffset Date(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Judgement(QuoteError? Error, TcbStatus? Status, string Fmspc, DateTimeOffset? TcbDate, IReadOnlyList<string> Advisories);
}

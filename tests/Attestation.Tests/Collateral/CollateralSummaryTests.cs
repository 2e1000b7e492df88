using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Collateral;

public sealed class CollateralSummaryTests
{
    [Fact]
    public void TryRead_Summary_TellsDatesNumbersAndCounts()
    {
        using CollateralFixture pki = new();
        Assert.True(CollateralSummary.TryRead(pki.Make(new CollateralShape { QeEvaluation = 21, Revoked = 129 }), out CollateralSummary? summary, out _));

        Assert.Equal(CollateralFixture.Fmspc, summary.Fmspc);
        Assert.Equal(new SignedDocumentSummary("TDX", CollateralFixture.Issued, CollateralFixture.Issued.AddDays(30), 20), summary.TcbInfo);
        Assert.Equal(new SignedDocumentSummary("TD_QE", CollateralFixture.Issued, CollateralFixture.Issued.AddDays(30), 21), summary.QeIdentity);
        Assert.Equal(new RevocationListSummary("Intel SGX PCK Platform CA", CollateralFixture.Issued, CollateralFixture.Issued.AddDays(30), 129), summary.PckCrl);
        Assert.Equal(0, summary.RootCrl.Revoked);
        Assert.Equal(PckAuthority.Platform, summary.Authority);
        Assert.Equal(CollateralFixture.Issued.AddDays(30), summary.EarliestExpiry);
    }

    [Fact]
    public void TryRead_SummaryOfMutants_NeverThrows()
    {
        using CollateralFixture pki = new();
        QuoteCollateral good = pki.Make();
        Assert.True(CollateralSummary.TryRead(good, out CollateralSummary? goodSummary, out _));
        Random random = new(7);
        int readable = 0;
        for (int i = 0; i < 1200; i++)
        {
            QuoteCollateral mutant = (i % 4) switch
            {
                0 => good with { TcbInfo = Mutate(good.TcbInfo, random) },
                1 => good with { PckCrl = Mutate(good.PckCrl, random) },
                2 => good with { RootCaCrl = Mutate(good.RootCaCrl, random) },
                _ => good with { TcbInfoIssuerChain = Mutate(good.TcbInfoIssuerChain, random) },
            };
            bool read = CollateralSummary.TryRead(mutant, out CollateralSummary? summary, out _);
            readable += read ? 1 : 0;
            // The last digits of base64 have bits that mean nothing.
            Assert.True(CheckedCollateral.Of(mutant, pki.Root).FindBroken() is not null || goodSummary == summary);
        }
        Assert.InRange(readable, 1, 1199);
    }

    [SharedTheory("tdx/cases.json")]
    [InlineData("qvl-b0c06f-2025-06.json", "b0c06f000000", 17, 44, "2025-07-19T10:00:35Z")]
    [InlineData("qvl-90c06f-2026-02.json", "90c06f000000", 18, 57, "2026-03-20T10:41:15Z")]
    [InlineData("fb-00806f-2026-01.json", "00806f050000", 18, 51, "2026-02-26T09:01:45Z")]
    [InlineData("fb-90c06f-2026-06.json", "90c06f000000", 19, 57, "2026-07-08T11:28:48Z")]
    [InlineData("auto-00806f-2025-07.json", "00806f050000", 17, 44, "2025-08-06T09:06:43Z")]
    [InlineData("auto-90c06f-2025-06.json", "90c06f000000", 17, 44, "2025-07-04T09:19:31Z")]
    [InlineData("goog-50806f-2023-06.json", "50806f000000", 15, 44, "2023-07-08T07:24:59Z")]
    public void TryRead_RealCollateral_IsAuthenticAndDated(string file, string fmspc, int evaluation, int revoked, string expires)
    {
        Assert.True(QuoteCollateral.TryParse(Shared("tdx/collateral/" + file), out QuoteCollateral? collateral, out string cause), cause);
        Assert.True(CollateralSummary.TryRead(collateral, out CollateralSummary? summary, out cause), cause);

        Assert.Equal((fmspc, evaluation, revoked), (summary.Fmspc, summary.TcbInfo.TcbEvaluationDataNumber, summary.PckCrl.Revoked));
        Assert.Equal(DateTimeOffset.Parse(expires, System.Globalization.CultureInfo.InvariantCulture), summary.EarliestExpiry);
        Assert.Null(CheckedCollateral.Of(collateral, TrustedRoot.Intel).FindBroken());
    }

    [SharedFact("tdx/cases.json")]
    public void Read_RawAnswersOfTheService_GiveTheSignedBytes()
    {
        QuoteCollateral collateral = Read("auto-00806f-2025-07.json");

        (byte[] tcbInfo, byte[] signature) = PcsDocument.Read(Shared("tdx/collateral/raw/auto-2025-07-tcb_info_v3.json"), "tcbInfo");
        (byte[] identity, byte[] identitySignature) = PcsDocument.Read(Shared("tdx/collateral/raw/auto-2025-07-qe_identity.json"), "enclaveIdentity");

        Assert.Equal(collateral.TcbInfo.ToArray(), tcbInfo);
        Assert.Equal(collateral.TcbInfoSignature.ToArray(), signature);
        Assert.Equal(collateral.QeIdentity.ToArray(), identity);
        Assert.Equal(collateral.QeIdentitySignature.ToArray(), identitySignature);
    }

    [SharedFact("tdx/cases.json")]
    public void Find_IntelsRootCertificate_NamesItsList()
    {
        Uri? address = RootCrlAddress.Find(Read("qvl-b0c06f-2025-06.json").TcbInfoIssuerChain, TrustedRoot.Intel);

        Assert.EndsWith("IntelSGXRootCA.der", address?.AbsolutePath, StringComparison.Ordinal);
        using CollateralFixture pki = new();
        Assert.Null(RootCrlAddress.Find(Read("qvl-b0c06f-2025-06.json").TcbInfoIssuerChain, pki.Root));
    }

    private static QuoteCollateral Read(string file)
    {
        Assert.True(QuoteCollateral.TryParse(Shared("tdx/collateral/" + file), out QuoteCollateral? collateral, out string cause), cause);
        return collateral;
    }

    private static byte[] Mutate(ReadOnlyMemory<byte> bytes, Random random)
    {
        byte[] mutant = bytes.ToArray();
        mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
        return mutant;
    }

    private static byte[] Shared(string path) => File.ReadAllBytes(Path.Combine(Repository.Shared, path));
}

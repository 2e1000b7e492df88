using System.Text;
using System.Text.Json;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Verification;

/// <summary>Quotes made by Intel hardware, and the verdicts that an independent verifier gave on them.</summary>
public sealed class RealQuoteTests
{
    private const string Cases = "tdx/cases.json";
    private const ulong EarlySample = 0x4000_0000;
    private const ulong PerformanceMonitoring = 0x8000_0000_1000_0000;

    private static readonly DateTimeOffset s_mid2026 = new(2026, 6, 23, 0, 0, 0, TimeSpan.Zero);

    private static readonly QuotePolicy s_permissive = new()
    {
        AllowedTdAttributes = [QuotePolicy.SeptVeDisable, EarlySample, PerformanceMonitoring],
        AllowServiceTd = true,
    };

    [SharedTheory(Cases)]
    [InlineData("qvl-tdx-v4", "b0c06f000000")]
    [InlineData("fb-gcp-v4-dec2025", "00806f050000")]
    [InlineData("auto-v4-outofdate", "00806f050000")]
    [InlineData("goog-v4-cos113", "00806f050000")]
    [InlineData("goog-v4-spr-e4-2022", "50806f000000")]
    [InlineData("dstack-v4-quote-report", "90c06f000000")]
    [InlineData("dstack-v4-tdx-lite", "90c06f000000")]
    [InlineData("dstack-v4-simulator-2025", "b0c06f000000")]
    [InlineData("dstack-v4-ra-tls-asset", "b0c06f000000")]
    [InlineData("auto-v4-perfmon", "90c06f000000")]
    [InlineData("goog-v5-td15", "90c06f000000")]
    [InlineData("auto-v5-alibaba-servicetd", "90c06f000000")]
    public void Verify_IntelSigned_IsAccepted(string name, string fmspc)
    {
        QuoteVerdict verdict = Verify(Read(name), TrustedRoot.Intel, s_permissive);

        Assert.Null(verdict.Error);
        Assert.Equal(fmspc, verdict.Fmspc);
        Assert.False(verdict.Simulated);
        Assert.InRange(verdict.Expires, s_mid2026, s_mid2026.AddYears(10));
    }

    [SharedTheory(Cases)]
    [InlineData("goog-v4-spr-e4-2022", "TD attributes 0x0000000040000000")]
    [InlineData("auto-v4-perfmon", "TD attributes 0x8000000010000000")]
    [InlineData("auto-v5-alibaba-servicetd", "MR_SERVICE_TD")]
    public void Verify_UnusualTd_IsRefusedByDefault(string name, string cause) =>
        QuoteFixture.AssertRefused(
            QuoteStage.Attributes, cause, Verify(Read(name), TrustedRoot.Intel, new QuotePolicy()));

    [SharedTheory(Cases)]
    [InlineData("qvl-sgx-v3")]
    [InlineData("auto-sgx-v3-debug")]
    [InlineData("intel-sgx-v3-certtype1")]
    public void Verify_SgxQuote_IsNamedAndRefused(string name) =>
        QuoteFixture.AssertRefused(
            QuoteStage.Parse, "an SGX quote", Verify(Read(name), TrustedRoot.Intel, s_permissive));

    [SharedFact(Cases)]
    public void Verify_IntelTestRoot_IsTrustedOnlyWherePinnedAndSimulatedAllowed()
    {
        byte[] quote = Read("goog-v5-nonprod-root");
        Assert.True(TdxQuote.TryParse(quote, out TdxQuote? parsed, out _));
        string pem = Encoding.ASCII.GetString(parsed.Signature.PckChainPem.Span);
        string last = pem[pem.LastIndexOf("-----BEGIN", StringComparison.Ordinal)..];
        TrustedRoot own = TrustedRoot.FromCertificate(Encoding.ASCII.GetBytes(last));

        QuoteFixture.AssertRefused(
            QuoteStage.PckChain, "root is not trusted", Verify(quote, TrustedRoot.Intel, s_permissive));
        QuoteFixture.AssertRefused(
            QuoteStage.PckChain, "does not allow simulated", Verify(quote, own, s_permissive));
        QuoteVerdict verdict = Verify(quote, own, QuoteFixture.Development);
        Assert.Null(verdict.Error);
        Assert.True(verdict.Simulated);
    }

    [SharedFact("tdx/collateral/raw/intel_root_ca.der")]
    public void TrustedRoot_IntelCertificate_HasThePinnedKey()
    {
        string path = Path.Combine(Repository.Shared, "tdx", "collateral", "raw", "intel_root_ca.der");
        var root = TrustedRoot.FromFile(path);
        Assert.False(root.IsSimulated);
        Assert.Equal(TrustedRoot.Intel.PublicKey.ToArray(), root.PublicKey.ToArray());
    }

    [SharedFact(Cases)]
    public void Verify_PublishedCases_GiveTheirVerdictAndStage()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Shared, Cases));
        using var document = JsonDocument.Parse(text);
        int judged = 0;
        foreach (JsonElement element in document.RootElement.GetProperty("verdict_cases").EnumerateArray())
        {
            JsonElement expect = element.GetProperty("expect");
            bool accept = expect.GetProperty("verdict").GetString() == "accept";
            string reason = accept ? "" : expect.GetProperty("reason").GetString()!;
            bool tdx = element.GetProperty("tdx_only").GetBoolean();
            if (!tdx || NeedsCollateral(reason))
                continue;
            QuoteVerdict verdict = QuoteVerifier.Verify(Mutated(element), new QuoteVerificationInput
            {
                Now = element.GetProperty("at").GetDateTimeOffset(),
                Root = TrustedRoot.Intel,
            });
            QuoteStage? stage = accept ? null : StageOf(reason);
            Assert.True(stage == verdict.Error?.Stage, $"{element.GetProperty("id")}: {verdict.Error}; {reason}");
            judged++;
        }
        Assert.InRange(judged, 75, 94);
    }

    private static bool NeedsCollateral(string reason) =>
        reason.Contains("TCB", StringComparison.Ordinal)
        || reason.Contains("FMSPC", StringComparison.Ordinal)
        || reason.Contains("CRL", StringComparison.Ordinal)
        || reason.Contains("qe_identity", StringComparison.Ordinal);

    private static QuoteStage StageOf(string reason)
    {
        (string Start, QuoteStage Stage)[] table =
        [
            ("PCK chain", QuoteStage.PckChain),
            ("exception", QuoteStage.PckChain),
            ("QE report", QuoteStage.QeReport),
            ("quote:", QuoteStage.QuoteSignature),
            ("attributes", QuoteStage.Attributes),
        ];
        foreach ((string start, QuoteStage stage) in table)
        {
            if (reason.StartsWith(start, StringComparison.Ordinal))
                return stage;
        }
        return QuoteStage.Parse;
    }

    /// <summary>Mutations in order: xor one byte at an offset, truncate to a length, append hex.</summary>
    private static byte[] Mutated(JsonElement element)
    {
        string path = Path.Combine(Repository.Shared, "tdx", element.GetProperty("quote").GetString()!);
        byte[] bytes = File.ReadAllBytes(path);
        if (!element.TryGetProperty("mutate", out JsonElement steps))
            return bytes;
        foreach (JsonElement step in steps.EnumerateArray())
        {
            if (step.TryGetProperty("truncate", out JsonElement length))
                bytes = bytes[..length.GetInt32()];
            else if (step.TryGetProperty("append", out JsonElement hex))
                bytes = [.. bytes, .. Convert.FromHexString(hex.GetString()!)];
            else
                bytes[step.GetProperty("offset").GetInt32()] ^= step.GetProperty("xor").GetByte();
        }
        return bytes;
    }

    private static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(Repository.Shared, "tdx", "quotes", name + ".bin"));

    private static QuoteVerdict Verify(byte[] quote, TrustedRoot root, QuotePolicy policy) =>
        QuoteVerifier.Verify(quote, new QuoteVerificationInput { Now = s_mid2026, Root = root, Policy = policy });
}

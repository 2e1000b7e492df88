using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Attestation.Collateral;
using static TeeTee.Attestation.Tests.QuoteFixture;

namespace TeeTee.Attestation.Tests.Collateral;

public sealed class QuoteCollateralTests
{
    [Fact]
    public void Write_ThenTryParse_GivesTheSameBytes()
    {
        // Text that JSON must escape, and some that it may.
        QuoteCollateral odd = GoodCollateral with { TcbInfo = Encoding.UTF8.GetBytes("{\"a\":\"\\u0041 \\\\ \\\" </> é 漢 \t\"}\r\n") };
        foreach (QuoteCollateral written in new[] { GoodCollateral, odd })
        {
            Assert.True(QuoteCollateral.TryParse(written.Write(), out QuoteCollateral? read, out string cause), cause);
            AssertEqual(written, read);
        }
    }

    [SharedFact(PublishedCase.File)]
    public void TryParse_PublishedContainers_KeepTheSignedText()
    {
        string[] files = Directory.GetFiles(PublishedCase.PathOf("collateral"), "*.json");
        Assert.Equal(9, files.Length);
        foreach (string file in files)
        {
            Assert.True(QuoteCollateral.TryParse(File.ReadAllBytes(file), out QuoteCollateral? read, out string cause), $"{file}: {cause}");
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            Assert.Equal(document.RootElement.GetProperty("tcb_info").GetString(), Encoding.UTF8.GetString(read.TcbInfo.Span));
            Assert.Equal(document.RootElement.GetProperty("pck_crl").GetString(), Convert.ToHexStringLower(read.PckCrl.Span));
            Assert.True(QuoteCollateral.TryParse(read.Write(), out QuoteCollateral? again, out cause), cause);
            AssertEqual(read, again);
        }
    }

    [Theory]
    [InlineData("pck_crl_issuer_chain")]
    [InlineData("root_ca_crl")]
    [InlineData("pck_crl")]
    [InlineData("tcb_info_issuer_chain")]
    [InlineData("tcb_info")]
    [InlineData("tcb_info_signature")]
    [InlineData("qe_identity_issuer_chain")]
    [InlineData("qe_identity")]
    [InlineData("qe_identity_signature")]
    public void TryParse_MemberMissingOrOfAnotherType_IsNamed(string name)
    {
        Assert.Contains($"no {name}", CauseOf(root => root.Remove(name)), StringComparison.Ordinal);
        Assert.Contains(name, CauseOf(root => root[name] = 5), StringComparison.Ordinal);
        Assert.Contains(name, CauseOf(root => root[name] = null), StringComparison.Ordinal);
        Assert.Contains(name, CauseOf(root => root[name] = new string('a', 600_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_BadHexOrSizes_AreRefused()
    {
        Assert.Contains("pck_crl is not", CauseOf(root => root["pck_crl"] = "abc"), StringComparison.Ordinal);
        Assert.Contains("pck_crl is not", CauseOf(root => root["pck_crl"] = "zz"), StringComparison.Ordinal);
        Assert.Contains("64 bytes of hex", CauseOf(root => root["tcb_info_signature"] = new string('0', 126)), StringComparison.Ordinal);
        Assert.Contains("tcb_info", CauseOf(root => root["tcb_info"] = new string(' ', 65_537)), StringComparison.Ordinal);
        Assert.Contains("issuer_chain", CauseOf(root => root["tcb_info_issuer_chain"] = new string(' ', 16_385)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"tcb_info\":\"\\ud800\"}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    public void TryParse_OtherJson_IsRefused(string text)
    {
        Assert.False(QuoteCollateral.TryParse(Encoding.UTF8.GetBytes(text), out _, out string cause));
        Assert.NotEmpty(cause);
    }

    [Fact]
    public void TryParse_BeyondItsBounds_IsRefused()
    {
        Assert.Contains("above", Cause(new byte[QuoteCollateral.MaxContainerSize + 1]), StringComparison.Ordinal);
        string many = "{" + string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"m{i}\":0")) + "}";
        Assert.Contains("more than", Cause(Encoding.UTF8.GetBytes(many)), StringComparison.Ordinal);
        string deep = string.Concat(Enumerable.Repeat("{\"m\":", 13)) + "0" + new string('}', 13);
        Assert.Contains("deeper", Cause(Encoding.UTF8.GetBytes(deep)), StringComparison.Ordinal);
        string tokens = $"{{\"m\":[{string.Join(',', Enumerable.Repeat("[0,0,0,0,0]", 700))}]}}";
        Assert.Contains("more than 8192 tokens", Cause(Encoding.UTF8.GetBytes(tokens)), StringComparison.Ordinal);
        Assert.Contains("does not end", Cause(Encoding.UTF8.GetBytes("{\"m\":" + new string('1', 33))), StringComparison.Ordinal);
        Assert.Contains("does not end", Cause("{\"m\":\"text"u8.ToArray()), StringComparison.Ordinal);
        foreach (string wrong in new[] { "tr", "True", "nil", "NaN", "x", "\u0000", "+1" })
            Assert.Contains("or is none", Cause(Encoding.UTF8.GetBytes($"{{\"m\":{wrong}}}")), StringComparison.Ordinal);
        Assert.Contains("closes nothing", Cause("{}}"u8.ToArray()), StringComparison.Ordinal);
        string items = $"{{\"m\":[{string.Join(',', Enumerable.Repeat("0", 1_025))}]}}";
        Assert.Contains("more than", Cause(Encoding.UTF8.GetBytes(items)), StringComparison.Ordinal);

        static string Cause(byte[] json) => QuoteCollateral.TryParse(json, out _, out string cause) ? "" : cause;
    }

    [Fact]
    public void TryReadPlatform_SimulatedCollateral_NamesItsAuthority()
    {
        Assert.True(GoodCollateral.TryReadPlatform(out PlatformId platform, out _));
        QuoteCollateral processor = CollateralOf(shape => shape with { Authority = PckAuthority.Processor });
        Assert.True(processor.TryReadPlatform(out PlatformId other, out _));

        Assert.Equal(new PlatformId("53494d554c00", PckAuthority.Platform), platform);
        Assert.Equal(platform with { Authority = PckAuthority.Processor }, other);
        Assert.False((GoodCollateral with { TcbInfo = default }).TryReadPlatform(out _, out string cause));
        Assert.NotEmpty(cause);
        Assert.False((GoodCollateral with { PckCrl = GoodCollateral.RootCaCrl }).TryReadPlatform(out _, out cause));
        Assert.Contains("is not a PCK Platform or Processor CA", cause, StringComparison.Ordinal);
    }

    private static string CauseOf(Action<JsonObject> change)
    {
        JsonObject root = JsonNode.Parse(GoodCollateral.Write())!.AsObject();
        change(root);
        return QuoteCollateral.TryParse(Encoding.UTF8.GetBytes(root.ToJsonString()), out _, out string cause) ? "" : cause;
    }

    private static void AssertEqual(QuoteCollateral expected, QuoteCollateral actual)
    {
        Assert.Equal(expected.PckCrlIssuerChain.ToArray(), actual.PckCrlIssuerChain.ToArray());
        Assert.Equal(expected.RootCaCrl.ToArray(), actual.RootCaCrl.ToArray());
        Assert.Equal(expected.PckCrl.ToArray(), actual.PckCrl.ToArray());
        Assert.Equal(expected.TcbInfoIssuerChain.ToArray(), actual.TcbInfoIssuerChain.ToArray());
        Assert.Equal(expected.TcbInfo.ToArray(), actual.TcbInfo.ToArray());
        Assert.Equal(expected.TcbInfoSignature.ToArray(), actual.TcbInfoSignature.ToArray());
        Assert.Equal(expected.QeIdentityIssuerChain.ToArray(), actual.QeIdentityIssuerChain.ToArray());
        Assert.Equal(expected.QeIdentity.ToArray(), actual.QeIdentity.ToArray());
        Assert.Equal(expected.QeIdentitySignature.ToArray(), actual.QeIdentitySignature.ToArray());
    }
}

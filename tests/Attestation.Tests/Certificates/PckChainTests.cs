using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Certificates;

public sealed class PckChainTests
{
    private static readonly byte[] s_sgx = PckExtensionWriter.Write(new SimulatedPlatform());

    [Theory]
    [InlineData("Intel SGX PCK Platform CA")]
    [InlineData("Intel SGX PCK Processor CA")]
    public void TryVerify_BothKindsOfIssuer_AreAccepted(string name) =>
        Assert.Empty(new ForgedChain { IntermediateName = name }.Verify());

    [Fact]
    public void TryVerify_WrongRole_IsNamed()
    {
        (ForgedChain Chain, string Cause)[] table =
        [
            (new() { LeafName = "Intel SGX TCB Signing" }, "the leaf's name"),
            (new() { IntermediateName = "Intel SGX Root CA" }, "the issuer's name"),
            (new() { LeafIsAuthority = true }, "the leaf is an authority"),
            (new() { LeafExtensions = [] }, "has no SGX extension"),
            (new() { IntermediateIsAuthority = false }, "may not sign"),
            (new() { IntermediateMaySign = false }, "may not sign"),
            (new() { RootIsAuthority = false }, "may not sign"),
            (new() { RootPathLength = 0 }, "may not sign"),
            (new() { LeafIssuerName = "Intel SGX PCK Processor CA" }, "was not issued by"),
            (new() { LeafSignedByRoot = true }, "bad signature"),
            (new() { IntermediateNotAfter = QuoteFixture.Now.AddSeconds(-1) }, "Platform CA\" expired"),
            (new() { LeafCurve = ECCurve.NamedCurves.nistP384 }, "is not P-256"),
            (new() { Hash = HashAlgorithmName.SHA384 }, "is not ecdsa-with-SHA256"),
            (new() { LeafExtensions = [new X509Extension(Oids.Sgx, s_sgx[..^1], false)] }, "malformed"),
            (new() { LeafExtensions = [new X509Extension("1.2.3.4", s_sgx, true)] }, "critical and unknown"),
        ];
        foreach ((ForgedChain chain, string cause) in table)
        {
            string actual = chain.Hash == HashAlgorithmName.SHA384 ? VerifyUnderIntel(chain) : chain.Verify();
            Assert.Contains(cause, actual, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryVerify_UnknownExtensionNotCritical_IsAccepted()
    {
        X509Extension sgx = new(Oids.Sgx, s_sgx, critical: false);
        X509Extension other = new("1.2.3.4", s_sgx, critical: false);
        Assert.Empty(new ForgedChain { LeafExtensions = [other, sgx] }.Verify());
    }

    [Fact]
    public void TryVerify_OtherCountOrOrder_IsRefused()
    {
        string[] chain = new ForgedChain().Build();
        Assert.Empty(ForgedChain.Verify(chain));
        Assert.Contains("2 certificates", ForgedChain.Verify(chain[0], chain[2]), StringComparison.Ordinal);
        Assert.Contains("more than 3", ForgedChain.Verify([.. chain, chain[2]]), StringComparison.Ordinal);
        Assert.Contains("leaf's name", ForgedChain.Verify(chain[1], chain[0], chain[2]), StringComparison.Ordinal);
        Assert.Contains("not PEM", ForgedChain.Verify("text " + chain[0], chain[1], chain[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_RandomMutations_GiveAResultOrACause()
    {
        string[] chain = new ForgedChain().Build();
        byte[][] ders = [.. chain.Select(pem => X509Certificate2.CreateFromPem(pem).RawData)];
        Random random = new(7);
        int readable = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] der = [.. ders[i % 3]];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                der[random.Next(der.Length)] = (byte)random.Next(256);
            readable += IsReadable(der[..random.Next(der.Length - 2, der.Length + 1)]) ? 1 : 0;
        }
        Assert.InRange(readable, 1, 29_999);
    }

    [Fact]
    public void TryRead_SgxExtension_RoundTripsAndRefusesEveryTruncation()
    {
        Assert.True(PckExtension.TryRead(s_sgx, out PckExtension? extension, out _));
        Assert.Equal(new SimulatedPlatform().TcbComponents.ToArray(), extension.TcbComponents.ToArray());
        Assert.Equal(13, extension.PceSvn);
        Assert.Equal("SIMUL\0"u8.ToArray(), extension.Fmspc.ToArray());
        for (int length = 0; length < s_sgx.Length; length++)
        {
            Assert.False(PckExtension.TryRead(s_sgx.AsMemory(0, length), out _, out string cause));
            Assert.NotEmpty(cause);
        }
    }

    [SharedFact("tdx/quotes/qvl-tdx-v4.bin")]
    public void TryVerify_RealChain_GivesThePlatformsTcb()
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(Repository.Shared, "tdx", "quotes", "qvl-tdx-v4.bin"));
        Assert.True(TdxQuote.TryParse(bytes, out TdxQuote? quote, out _));
        DateTimeOffset now = new(2025, 7, 4, 0, 0, 0, TimeSpan.Zero);

        Assert.True(PckChain.TryVerify(quote.Signature.PckChainPem, TrustedRoot.Intel, now, null, out PckChain? chain, out _));

        Assert.Equal("03030202040100050000000000000000", Convert.ToHexStringLower(chain.Extension.TcbComponents.Span));
        Assert.Equal(chain.Extension.TcbComponents.ToArray(), chain.Extension.CpuSvn.ToArray());
        Assert.Equal(11, chain.Extension.PceSvn);
        Assert.Equal("0000", Convert.ToHexStringLower(chain.Extension.PceId.Span));
        Assert.Equal("811dca2a26b952e85bb6448b097ba4fd", Convert.ToHexStringLower(chain.Extension.Ppid.Span));
        Assert.Equal("3c16ed54eacbb4ced072be72630c85788cf46e36", Convert.ToHexStringLower(chain.Leaf.SerialNumber.Span));
        Assert.Equal(new DateTimeOffset(2032, 2, 6, 23, 25, 51, TimeSpan.Zero), chain.Expires);
    }

    /// <summary>For chains whose own root cannot be read.</summary>
    private static string VerifyUnderIntel(ForgedChain chain)
    {
        byte[] pem = Encoding.ASCII.GetBytes(string.Join('\n', chain.Build()));
        Assert.False(PckChain.TryVerify(pem, TrustedRoot.Intel, QuoteFixture.Now, null, out _, out string cause));
        return cause;
    }

    private static bool IsReadable(byte[] der)
    {
        try
        {
            Certificate certificate = CertificateReader.Read(der);
            Assert.Equal(64, certificate.PublicKey.Length);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}

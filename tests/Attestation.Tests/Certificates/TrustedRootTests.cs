using System.Text;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Tests.Certificates;

public sealed class TrustedRootTests
{
    [Fact]
    public void FromCertificate_PemOfAPki_PinsItsKeyAsSimulated()
    {
        var root = TrustedRoot.FromCertificate(Encoding.ASCII.GetBytes(QuoteFixture.Pki.RootPem));
        Assert.True(root.IsSimulated);
        Assert.Equal(QuoteFixture.Pki.Root.PublicKey.ToArray(), root.PublicKey.ToArray());
        Assert.Contains("simulated", root.ToString(), StringComparison.Ordinal);
        Assert.False(TrustedRoot.Intel.IsSimulated);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----")]
    [InlineData("0\u0000")]
    public void FromCertificate_AnythingElse_Throws(string text) =>
        Assert.Throws<ArgumentException>(() => TrustedRoot.FromCertificate(Encoding.ASCII.GetBytes(text)));
}

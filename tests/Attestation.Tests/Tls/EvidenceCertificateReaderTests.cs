using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;

namespace TeeTee.Attestation.Tests.Tls;

public sealed class EvidenceCertificateReaderTests
{
    private static readonly DateTimeOffset s_from = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TryRead_Vouched_GivesTheVoucher()
    {
        byte[] der = Make(CertificateEvidence.Vouched(new byte[] { 1, 2, 3 }));

        Assert.True(EvidenceCertificateReader.TryRead(der, out EvidenceCertificate? read, out string cause), cause);

        Assert.False(read.Evidence.IsAttested);
        Assert.Equal(new byte[] { 1, 2, 3 }, read.Evidence.Voucher.ToArray());
        Assert.Equal(der, read.Der.ToArray());
        using X509Certificate2 platform = X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(platform.PublicKey.ExportSubjectPublicKeyInfo(), read.SubjectPublicKeyInfo.ToArray());
    }

    [Fact]
    public void TryRead_AnyByteChanged_IsRefusedOrTheSameButForTheSignature()
    {
        byte[] der = Make(CertificateEvidence.Attested(RandomNumberGenerator.GetBytes(300), RandomNumberGenerator.GetBytes(40)));
        Assert.True(EvidenceCertificateReader.TryRead(der, out EvidenceCertificate? honest, out _));

        for (int i = 0; i < der.Length; i++)
        {
            byte[] changed = [.. der];
            changed[i] ^= (byte)(1 << (i % 8));
            // What the key signed is what the reader gives: a change elsewhere can only be in the signature, and must break it.
            Assert.False(EvidenceCertificateReader.TryRead(changed, out _, out string cause), $"byte {i}");
            Assert.NotEmpty(cause);
        }
        Assert.True(honest.Evidence.IsAttested);
    }

    [Fact]
    public void TryRead_Truncated_IsRefused()
    {
        byte[] der = Make(CertificateEvidence.Attested(new byte[100], new byte[10]));

        for (int length = 0; length < der.Length; length++)
            Assert.False(EvidenceCertificateReader.TryRead(der.AsSpan(0, length), out _, out _));
        Assert.False(EvidenceCertificateReader.TryRead([.. der, 0], out _, out _));
    }

    [Fact]
    public void TryRead_Noise_NeverThrows()
    {
        byte[] der = Make(CertificateEvidence.Attested(new byte[60], new byte[10]));
        Random random = new(17);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] noise = [.. der];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
                noise[random.Next(noise.Length)] = (byte)random.Next(256);
            _ = EvidenceCertificateReader.TryRead(noise, out _, out _);
        }
    }

    [Fact]
    public void TryRead_TooLong_IsRefusedUnread()
    {
        Assert.False(EvidenceCertificateReader.TryRead(new byte[EvidenceCertificateReader.MaxBytes + 1], out _, out string cause));
        Assert.Contains("at most 32768", cause, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Make(CertificateEvidence.Vouched(new byte[EvidenceCertificateReader.MaxBytes])));
    }

    public static TheoryData<string, string> Foreign => new()
    {
        { "no extension", "tag" },
        { "unknown extension", "not one of a link certificate" },
        { "quote without claims", "either the first two or the last" },
        { "all three", "either the first two or the last" },
        { "P-384", "is not P-256" },
        { "RSA", "ecdsa-with-SHA256" },
        { "signed by another", "not signed by its own key" },
        { "other issuer", "not the same short name" },
        { "long name", "not the same short name" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void TryRead_NotALinkCertificate_SaysWhy(string what, string expected)
    {
        Assert.False(EvidenceCertificateReader.TryRead(MakeForeign(what), out _, out string cause));
        if (what != "no extension")
            Assert.Contains(expected, cause, StringComparison.Ordinal);
    }

    private static byte[] Make(CertificateEvidence evidence)
    {
        using CertificateDraft draft = new(s_from, s_from.AddHours(24));
        using X509Certificate2 certificate = draft.Complete(evidence);
        return certificate.RawData;
    }

    private static byte[] MakeForeign(string what)
    {
        using var key = ECDsa.Create(what == "P-384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        X500DistinguishedName name = new($"CN={(what == "long name" ? new string('n', 300) : "TeeTee link")}");
        CertificateRequest request = what == "RSA"
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        string[] oids = what switch
        {
            "no extension" => [],
            "unknown extension" => [EvidenceOids.Voucher, "1.2.3.4"],
            "quote without claims" => [EvidenceOids.Quote],
            "all three" => [EvidenceOids.Quote, EvidenceOids.Claims, EvidenceOids.Voucher],
            _ => [EvidenceOids.Voucher],
        };
        foreach (string oid in oids)
            request.CertificateExtensions.Add(new X509Extension(oid, [4, 1, 7], critical: false));
        X509SignatureGenerator signer = what switch
        {
            "RSA" => X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1),
            "signed by another" => X509SignatureGenerator.CreateForECDsa(other),
            _ => X509SignatureGenerator.CreateForECDsa(key),
        };
        X500DistinguishedName issuer = what == "other issuer" ? new X500DistinguishedName("CN=Somebody") : name;
        using X509Certificate2 certificate = request.Create(issuer, signer, s_from, s_from.AddHours(1), [1, 2, 3]);
        return certificate.RawData;
    }
}

using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Certificates that no authority would sign, correctly signed, and signatures at the edges of ECDSA.</summary>
internal static class ForgedCertificates
{
    /// <summary>The order of P-256.</summary>
    public static BigInteger Order { get; } = Number(Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"));

    /// <summary>A leaf that a test describes itself.</summary>
    public static byte[] Issue(
        X509Certificate2 authority, AsymmetricAlgorithm key, byte[] serial, Action<CertificateRequest> extend, HashAlgorithmName? hash = null, string name = "Intel SGX PCK Certificate")
    {
        X500DistinguishedName subject = new($"CN={name}, O={SimulatedPki.Organisation}");
        CertificateRequest request = new(subject, new PublicKey(key), hash ?? HashAlgorithmName.SHA256);
        extend(request);
        using ECDsa signing = authority.GetECDsaPrivateKey()!;
        using X509Certificate2 made = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(signing), authority.NotBefore, authority.NotAfter, serial);
        return made.RawData;
    }

    /// <summary>The extensions of an ordinary PCK certificate.</summary>
    public static void AddOrdinary(CertificateRequest request, SimulatedPlatform platform, bool isAuthority = false)
    {
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(new X509Extension(Oids.Sgx, PckExtensionWriter.Write(platform), critical: false));
    }

    /// <summary>The certificate with its signed part changed, and signed again.</summary>
    public static byte[] Resign(byte[] certificate, X509Certificate2 authority, Action<byte[]> change)
    {
        byte[] toBeSigned = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();
        change(toBeSigned);
        using ECDsa key = authority.GetECDsaPrivateKey()!;
        return Assemble(toBeSigned, key.SignData(toBeSigned, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>The certificate with the two numbers of its signature changed.</summary>
    public static byte[] WithSignature(byte[] certificate, Func<BigInteger, BigInteger, (BigInteger R, BigInteger S)> change)
    {
        AsnReader outer = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        byte[] toBeSigned = outer.ReadEncodedValue().ToArray();
        outer.ReadEncodedValue();
        AsnReader pair = new AsnReader(outer.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
        (BigInteger r, BigInteger s) = change(pair.ReadInteger(), pair.ReadInteger());
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }
        return Assemble(toBeSigned, writer.Encode());
    }

    /// <summary>Changes r || s at a position of a quote in the same way.</summary>
    public static void ChangePair(Span<byte> pair, Func<BigInteger, BigInteger, (BigInteger R, BigInteger S)> change)
    {
        (BigInteger r, BigInteger s) = change(Number(pair[..32]), Number(pair[32..64]));
        Write(r, pair[..32]);
        Write(s, pair[32..64]);
    }

    /// <summary>Leaf, issuer and root as quotes carry them.</summary>
    public static byte[] Chain(params byte[][] certificates) =>
        Encoding.ASCII.GetBytes(string.Join('\n', certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n\0");

    private static byte[] Assemble(byte[] toBeSigned, byte[] signature)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            using (writer.PushSequence())
                writer.WriteObjectIdentifier(Oids.EcdsaWithSha256);
            writer.WriteBitString(signature);
        }
        return writer.Encode();
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger value, Span<byte> target)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        target.Clear();
        bytes.CopyTo(target[(target.Length - bytes.Length)..]);
    }
}

using System.Formats.Asn1;
using System.Text;

namespace TeeTee.Attestation.Certificates;

/// <summary>The root key that a verifier pins: Intel's, or that of a simulated PKI of a development network.</summary>
public sealed class TrustedRoot
{
    private static readonly byte[] s_intelKey = Convert.FromHexString(
        "0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5"
        + "67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394");

    private readonly byte[] _publicKey;

    private TrustedRoot(byte[] publicKey) => _publicKey = publicKey;

    /// <summary>"Intel SGX Root CA", in force 2018 to 2049: the root of every production quote.</summary>
    public static TrustedRoot Intel { get; } = new(s_intelKey);

    /// <summary>x || y of the P-256 key, 64 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Whether this is anything but Intel's production root: what it vouches for is no real TEE.</summary>
    public bool IsSimulated => !_publicKey.AsSpan().SequenceEqual(s_intelKey);

    /// <summary>Pins the key of a certificate, given as PEM text or DER bytes.</summary>
    /// <exception cref="ArgumentException">Not one X.509 v3 certificate with a P-256 key.</exception>
    public static TrustedRoot FromCertificate(ReadOnlySpan<byte> certificate)
    {
        byte[] copy = certificate.ToArray();
        try
        {
            Certificate root = copy.AsSpan().StartsWith("-----BEGIN"u8)
                ? PemChain.Read(copy, 1)[0]
                : CertificateReader.Read(copy);
            return new TrustedRoot(root.PublicKey.ToArray());
        }
        catch (AsnContentException malformed)
        {
            throw new ArgumentException($"No root certificate: {malformed.Message}", nameof(certificate), malformed);
        }
    }

    /// <summary>Pins the key of the PEM certificate in a file.</summary>
    /// <exception cref="ArgumentException">The file holds no such certificate.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TrustedRoot FromFile(string path) => FromCertificate(File.ReadAllBytes(path));

    /// <summary>"Intel SGX Root CA" or "simulated root" with the start of the key.</summary>
    public override string ToString() => IsSimulated
        ? new StringBuilder("simulated root ").Append(Convert.ToHexStringLower(_publicKey.AsSpan(0, 8))).ToString()
        : "Intel SGX Root CA";
}

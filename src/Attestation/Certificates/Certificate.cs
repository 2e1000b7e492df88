using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>
/// The fields of an X.509 v3 certificate with a P-256 key and an ECDSA-SHA256 signature that the quote rules look at. Reading checks the form
/// only.
/// </summary>
public sealed class Certificate
{
    internal Certificate()
    {
    }

    /// <summary>The exact bytes that the issuer signed.</summary>
    public required ReadOnlyMemory<byte> ToBeSigned { get; init; }

    /// <summary>ECDSA-SHA256 signature, DER.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Serial number, big-endian two's complement as encoded.</summary>
    public required ReadOnlyMemory<byte> SerialNumber { get; init; }

    /// <summary>Issuer name, encoded.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>Subject name, encoded.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>The subject's common name; empty where it has none.</summary>
    public required string CommonName { get; init; }

    /// <summary>First second of validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last second of validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>x || y, 64 bytes.</summary>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>basicConstraints cA.</summary>
    public required bool IsAuthority { get; init; }

    /// <summary>basicConstraints pathLenConstraint, or null.</summary>
    public required int? PathLength { get; init; }

    /// <summary>keyUsage allows signing certificates; false too where there is no keyUsage.</summary>
    public required bool MaySignCertificates { get; init; }

    /// <summary>Intel's SGX extension, still encoded, or null.</summary>
    public required ReadOnlyMemory<byte>? SgxExtension { get; init; }

    /// <summary>Reads at most 8 KiB of DER. The bytes are kept, not copied, and must not change.</summary>
    /// <returns>False with a cause for anything but one such certificate without repeated or unknown critical extensions.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out Certificate? certificate, out string cause)
    {
        try
        {
            certificate = CertificateReader.Read(der);
            cause = "";
            return true;
        }
        catch (AsnContentException malformed)
        {
            certificate = null;
            cause = malformed.Message;
            return false;
        }
    }
}

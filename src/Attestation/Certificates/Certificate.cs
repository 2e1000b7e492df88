namespace TeeTee.Attestation.Certificates;

/// <summary>The fields of an X.509 v3 certificate with a P-256 key that the quote rules look at.</summary>
internal sealed class Certificate
{
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
}

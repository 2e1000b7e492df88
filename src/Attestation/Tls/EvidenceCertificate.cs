using TeeTee.Primitives;

namespace TeeTee.Attestation.Tls;

/// <summary>A link certificate as it was read: well formed and signed with its own key. Its evidence is not to be believed yet.</summary>
public sealed class EvidenceCertificate
{
    internal EvidenceCertificate()
    {
    }

    /// <summary>The whole certificate, DER.</summary>
    public required ReadOnlyMemory<byte> Der { get; init; }

    /// <summary>The public key, DER; always the one encoding of an uncompressed P-256 point.</summary>
    public required ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; init; }

    /// <summary>Keccak-256 of <see cref="SubjectPublicKeyInfo"/>.</summary>
    public Bytes32 PublicKeyHash => Keccak256.Hash(SubjectPublicKeyInfo.Span);

    /// <summary>First second of validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last second of validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Quote and claims, or a voucher.</summary>
    public required CertificateEvidence Evidence { get; init; }
}

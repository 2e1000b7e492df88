namespace TeeTee.Attestation.Quotes;

/// <summary>
/// The ECDSA-P256 signature data of a quote: signature, attestation key, and the quoting enclave's report with the
/// certificates that vouch for it. Signatures are r || s and keys x || y, big-endian, 64 bytes each.
/// </summary>
public sealed class QuoteSignatureData
{
    internal QuoteSignatureData()
    {
    }

    /// <summary>The attestation key's signature over <see cref="TdxQuote.SignedBytes"/>.</summary>
    public required ReadOnlyMemory<byte> QuoteSignature { get; init; }

    /// <summary>The attestation public key.</summary>
    public required ReadOnlyMemory<byte> AttestationKey { get; init; }

    /// <summary>The report of the quoting enclave that made the attestation key.</summary>
    public required SgxReport QeReport { get; init; }

    /// <summary>The PCK key's signature over the QE report.</summary>
    public required ReadOnlyMemory<byte> QeReportSignature { get; init; }

    /// <summary>Bytes hashed together with the attestation key into the QE report (32 in practice).</summary>
    public required ReadOnlyMemory<byte> QeAuthenticationData { get; init; }

    /// <summary>Certification data type 5: PEM text of PCK certificate, its CA and the root; may end with NUL.</summary>
    public required ReadOnlyMemory<byte> PckChainPem { get; init; }
}

namespace TeeTee.Attestation.Tls;

/// <summary>What a certificate carries besides its key: either a quote with the claims that it binds, or a voucher. What they mean is the application's.</summary>
public sealed class CertificateEvidence
{
    private CertificateEvidence(ReadOnlyMemory<byte> quote, ReadOnlyMemory<byte> claims, ReadOnlyMemory<byte> voucher) =>
        (Quote, Claims, Voucher) = (quote, claims, voucher);

    /// <summary>The quote; empty in a vouched certificate.</summary>
    public ReadOnlyMemory<byte> Quote { get; }

    /// <summary>The claims; empty in a vouched certificate.</summary>
    public ReadOnlyMemory<byte> Claims { get; }

    /// <summary>The voucher; empty in an attested certificate.</summary>
    public ReadOnlyMemory<byte> Voucher { get; }

    /// <summary>Whether a quote speaks for the key, rather than a voucher.</summary>
    public bool IsAttested => !Quote.IsEmpty;

    /// <summary>A quote and the claims that it binds.</summary>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public static CertificateEvidence Attested(ReadOnlyMemory<byte> quote, ReadOnlyMemory<byte> claims) => quote.IsEmpty || claims.IsEmpty
        ? throw new ArgumentException($"A quote of {quote.Length} and claims of {claims.Length} bytes; both must be there.", nameof(quote))
        : new CertificateEvidence(quote, claims, default);

    /// <summary>Another key's word for this one.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static CertificateEvidence Vouched(ReadOnlyMemory<byte> voucher) => voucher.IsEmpty
        ? throw new ArgumentException("An empty voucher.", nameof(voucher))
        : new CertificateEvidence(default, default, voucher);
}

namespace TeeTee.Attestation.Tls;

/// <summary>Extensions of a link certificate. Each value is a DER OCTET STRING around the bytes (docs/attested-tls.md).</summary>
public static class EvidenceOids
{
    /// <summary>A TDX quote, under the identifier that RA-TLS implementations share.</summary>
    public const string Quote = "1.3.6.1.4.1.62397.1.1";

    /// <summary>What the holder of the key claims to be; bound by the quote's report data.</summary>
    public const string Claims = Arc + ".1";

    /// <summary>A signature of some other key over this certificate's key, in place of a quote.</summary>
    public const string Voucher = Arc + ".2";

    // ITU-T X.667: the project's own arc, from UUID 4f470e88-27c5-4655-a07f-6228648cd215.
    private const string Arc = "2.25.105377959485037285699050928046913409557";
}

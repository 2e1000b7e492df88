namespace TeeTee.Attestation.Quotes;

/// <summary>A quote of either TEE, taken apart; nothing in it is checked but its form.</summary>
internal sealed class ParsedQuote
{
    /// <summary>3 (SGX only), 4 or 5.</summary>
    public required int Version { get; init; }

    /// <summary>20 bytes of the header.</summary>
    public required ReadOnlyMemory<byte> UserData { get; init; }

    /// <summary>What the body is.</summary>
    public required QuoteBodyType BodyType { get; init; }

    /// <summary>The report, as signed.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Header, in v5 the body descriptor, and body.</summary>
    public required ReadOnlyMemory<byte> SignedBytes { get; init; }

    /// <summary>Signature, keys and certificates.</summary>
    public required QuoteSignatureData Signature { get; init; }

    /// <summary>Bytes up to the end of the signature data.</summary>
    public required int Length { get; init; }

    /// <summary>Whether a TD is quoted rather than an SGX enclave.</summary>
    public bool IsTdx => BodyType != QuoteBodyType.SgxReport;
}

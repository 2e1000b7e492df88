using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Quotes;

/// <summary>
/// A parsed TDX quote, version 4 or 5, with ECDSA-P256 signature data and a PCK chain inside. Parsing checks the
/// form only; nothing in here is to be believed before <see cref="Verification.QuoteVerifier"/> accepted it.
/// </summary>
/// <remarks>
/// Bytes behind the signature data are bound by nothing and ignored, and an ECDSA signature has two valid forms:
/// a hash of quote bytes identifies nothing. Use <see cref="Report"/>.
/// </remarks>
public sealed class TdxQuote
{
    internal TdxQuote()
    {
    }

    /// <summary>4 or 5.</summary>
    public required int Version { get; init; }

    /// <summary>20 bytes of the header; the first 16 are the quoting enclave's id.</summary>
    public required ReadOnlyMemory<byte> UserData { get; init; }

    /// <summary>The TD report.</summary>
    public required TdReport Report { get; init; }

    /// <summary>Header, in v5 the body descriptor, and body: what the quote signature covers.</summary>
    public required ReadOnlyMemory<byte> SignedBytes { get; init; }

    /// <summary>Signature, keys and certificates.</summary>
    public required QuoteSignatureData Signature { get; init; }

    /// <summary>Bytes up to the end of the signature data; what follows in the input was ignored.</summary>
    public required int Length { get; init; }

    /// <summary>Reads a quote. The result holds its own copy of the bytes.</summary>
    /// <returns>False, with stage <see cref="QuoteStage.Parse"/> and a cause, for anything but a TDX quote.</returns>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out TdxQuote? quote,
        [NotNullWhen(false)] out QuoteError? error)
    {
        QuoteReader reader = new(bytes, allowSgx: false);
        ParsedQuote? parsed = reader.ReadQuote();
        quote = parsed is null ? null : new TdxQuote
        {
            Version = parsed.Version,
            UserData = parsed.UserData,
            Report = new TdReport(parsed.BodyType, parsed.Body),
            SignedBytes = parsed.SignedBytes,
            Signature = parsed.Signature,
            Length = parsed.Length,
        };
        error = quote is null ? new QuoteError(QuoteStage.Parse, reader.Cause) : null;
        return quote is not null;
    }

    /// <summary>
    /// The platform that the quote's own certificates name: which collateral to look up for it. No signature is checked, so the answer is good
    /// for nothing else.
    /// </summary>
    /// <returns>False with a cause where the chain cannot be read.</returns>
    public bool TryReadPlatform(out PlatformId platform, out string cause) =>
        PckChain.TryReadPlatform(Signature.PckChainPem, out platform, out cause);
}

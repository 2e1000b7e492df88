using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using TeeTee.Attestation.Quotes;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.RollupContracts;

/// <summary>
/// What the chain judges: a quote with its PCK certificate and the CA's, both taken from the PEM chain inside the quote and given as DER,
/// because a contract reads no base64. Nothing is verified here.
/// </summary>
public sealed record TdxEvidence
{
    private const string Label = "CERTIFICATE";

    private TdxEvidence(ReadOnlyMemory<byte> quote, ReadOnlyMemory<byte> pckCertificate, ReadOnlyMemory<byte> pckIssuer) =>
        (Quote, PckCertificate, PckIssuer) = (quote, pckCertificate, pckIssuer);

    /// <summary>The quote's bytes as they came: batches commit to their hash.</summary>
    public ReadOnlyMemory<byte> Quote { get; }

    /// <summary>The leaf of the chain, DER.</summary>
    public ReadOnlyMemory<byte> PckCertificate { get; }

    /// <summary>Its issuer, DER.</summary>
    public ReadOnlyMemory<byte> PckIssuer { get; }

    /// <summary>The evidence of a quote.</summary>
    /// <returns>False with a cause for bytes that are no TDX quote or carry no PEM chain of a PCK certificate and its issuer.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> quote, [NotNullWhen(true)] out TdxEvidence? evidence, out string cause)
    {
        evidence = null;
        cause = "";
        if (!TdxQuote.TryParse(quote, out TdxQuote? parsed, out QuoteError? error))
        {
            cause = error.ToString();
            return false;
        }

        ReadOnlySpan<char> pem = Encoding.Latin1.GetString(parsed.Signature.PckChainPem.Span);
        if (!TryTake(ref pem, out byte[]? leaf) || !TryTake(ref pem, out byte[]? issuer))
        {
            cause = "the quote carries no PEM chain of a PCK certificate and its issuer";
            return false;
        }

        evidence = new TdxEvidence(quote.ToArray(), leaf, issuer);
        return true;
    }

    /// <summary>The bytes that <c>register</c> takes: <c>abi.encode(bytes quote, bytes pckCertificateDer, bytes pckIssuerDer)</c>.</summary>
    /// <exception cref="MalformedDataException">The quote is none, or carries no chain.</exception>
    public static byte[] Create(ReadOnlySpan<byte> quote) => TryCreate(quote, out TdxEvidence? evidence, out string cause)
        ? evidence.Encode()
        : throw new MalformedDataException($"No evidence can be made: {cause}.");

    /// <inheritdoc cref="Create"/>
    public byte[] Encode() => new TupleWriter().Blob(Quote.Span).Blob(PckCertificate.Span).Blob(PckIssuer.Span).ToArray();

    // The next certificate of the text, which then begins behind it; nothing but white space may stand before it.
    private static bool TryTake(ref ReadOnlySpan<char> pem, [NotNullWhen(true)] out byte[]? der)
    {
        der = null;
        if (!PemEncoding.TryFind(pem, out PemFields fields) || !pem[fields.Label].SequenceEqual(Label) || !pem[..fields.Location.Start].IsWhiteSpace())
            return false;
        der = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(pem[fields.Base64Data], der, out int written) || written != der.Length)
            return false;
        pem = pem[fields.Location.End..];
        return true;
    }
}

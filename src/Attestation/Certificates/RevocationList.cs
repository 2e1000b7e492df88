using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>
/// A certificate revocation list as Intel's authorities publish it (RFC 5280 section 5, version 2, ECDSA-P256 with SHA-256). Reading checks the
/// form only; whose signature it bears and whether it is in date is for the verifier.
/// </summary>
public sealed class RevocationList
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _serials;

    internal RevocationList(IReadOnlyList<ReadOnlyMemory<byte>> serials, ReadOnlyMemory<byte> toBeSigned, ReadOnlyMemory<byte> signature) =>
        (_serials, ToBeSigned, Signature) = (serials, toBeSigned, signature);

    /// <summary>Issuer name, encoded.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>First second at which the list holds.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>Last second at which the list holds.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    /// <summary>How many certificates are revoked.</summary>
    public int Count => _serials.Count;

    /// <summary>The exact bytes that the issuer signed.</summary>
    internal ReadOnlyMemory<byte> ToBeSigned { get; }

    /// <summary>ECDSA-SHA256 signature, DER.</summary>
    internal ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Reads a list of at most 256 KiB of DER. The bytes are kept, not copied, and must not change.</summary>
    /// <returns>False with a cause for anything but one such list without critical extensions.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out RevocationList? list, out string cause)
    {
        try
        {
            list = RevocationListReader.Read(der);
            cause = "";
            return true;
        }
        catch (AsnContentException malformed)
        {
            list = null;
            cause = malformed.Message;
            return false;
        }
    }

    /// <summary>Whether a certificate of the issuer is revoked.</summary>
    /// <param name="serialNumber">Big-endian two's complement without redundant bytes, as encoded: equal bytes are equal numbers.</param>
    public bool Contains(ReadOnlySpan<byte> serialNumber)
    {
        foreach (ReadOnlyMemory<byte> serial in _serials)
        {
            if (serial.Span.SequenceEqual(serialNumber))
                return true;
        }
        return false;
    }
}

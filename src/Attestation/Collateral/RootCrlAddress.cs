using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Finds where the pinned root publishes its revocation list: the distribution point in its own certificate (RFC 5280 section 4.2.1.13). Only a
/// certificate that the pinned key signed is asked, or any service could send this machine anywhere.
/// </summary>
internal static class RootCrlAddress
{
    private const int ChainLength = 2;
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 3);
    private static readonly Asn1Tag s_zero = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6);

    /// <returns>Null where the chain's root is not the pinned one, or names no http address.</returns>
    public static Uri? Find(ReadOnlyMemory<byte> chainPem, TrustedRoot pinned)
    {
        try
        {
            Certificate root = PemChain.Read(chainPem, ChainLength)[1];
            bool isPinned = root.PublicKey.Span.SequenceEqual(pinned.PublicKey.Span)
                && P256.VerifyDer(pinned.PublicKey.Span, root.ToBeSigned.Span, root.Signature.Span);
            string? text = isPinned ? ReadAddress(root.ToBeSigned) : null;
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static string? ReadAddress(ReadOnlyMemory<byte> toBeSigned)
    {
        AsnReader certificate = new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence();
        while (certificate.HasData && !certificate.PeekTag().HasSameClassAndValue(s_extensions))
            certificate.ReadEncodedValue();
        if (!certificate.HasData)
            return null;
        AsnReader extensions = certificate.ReadSequence(s_extensions).ReadSequence();
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            if (extension.ReadObjectIdentifier() != Oids.CrlDistributionPoints)
                continue;
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean))
                extension.ReadBoolean();
            return ReadFirstPoint(extension.ReadOctetString());
        }
        return null;
    }

    private static string? ReadFirstPoint(byte[] points)
    {
        AsnReader point = new AsnReader(points, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        AsnReader names = point.ReadSequence(s_zero).ReadSequence(s_zero);
        return names.HasData && names.PeekTag().HasSameClassAndValue(s_uri)
            ? names.ReadCharacterString(UniversalTagNumber.IA5String, s_uri)
            : null;
    }
}

using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// Whether every part of collateral was signed below a pinned root. Dates and contents are the verifier's matter; this keeps a source that
/// invents things from replacing what is true.
/// </summary>
internal static class CollateralAuthenticity
{
    private const int ChainLength = 2;

    /// <returns>The first part that is not authentic and why; empty if all are.</returns>
    public static string FindFault(QuoteCollateral collateral, TrustedRoot root)
    {
        try
        {
            ReadOnlySpan<byte> tcbSigner = SignerOf(collateral.TcbInfoIssuerChain, root, "TCB info").Span;
            if (!P256.VerifyFixed(tcbSigner, collateral.TcbInfo.Span, collateral.TcbInfoSignature.Span))
                return "bad signature on the TCB info";
            ReadOnlySpan<byte> qeSigner = SignerOf(collateral.QeIdentityIssuerChain, root, "QE identity").Span;
            if (!P256.VerifyFixed(qeSigner, collateral.QeIdentity.Span, collateral.QeIdentitySignature.Span))
                return "bad signature on the QE identity";
            ReadOnlySpan<byte> authority = SignerOf(collateral.PckCrlIssuerChain, root, "PCK revocation list").Span;
            if (!IsSigned(collateral.PckCrl, authority))
                return "bad signature on the PCK revocation list";
            return IsSigned(collateral.RootCaCrl, root.PublicKey.Span) ? "" : "bad signature on the root revocation list";
        }
        catch (AsnContentException malformed)
        {
            return malformed.Message;
        }
    }

    private static ReadOnlyMemory<byte> SignerOf(ReadOnlyMemory<byte> chain, TrustedRoot root, string part)
    {
        Certificate[] certificates = PemChain.Read(chain, ChainLength);
        CertificateReader.Require(certificates[1].PublicKey.Span.SequenceEqual(root.PublicKey.Span), $"the chain of the {part} does not end in {root}");
        CertificateReader.Require(IsIssued(certificates[1], root), $"the root certificate of the {part} is not signed by its key");
        CertificateReader.Require(IsIssued(certificates[0], root), $"\"{certificates[0].CommonName}\" of the {part} was not issued by {root}");
        return certificates[0].PublicKey;
    }

    private static bool IsIssued(Certificate certificate, TrustedRoot root) =>
        P256.VerifyDer(root.PublicKey.Span, certificate.ToBeSigned.Span, certificate.Signature.Span);

    private static bool IsSigned(ReadOnlyMemory<byte> list, ReadOnlySpan<byte> key)
    {
        RevocationListReader.Read(list, out ReadOnlyMemory<byte> toBeSigned, out byte[] signature);
        return P256.VerifyDer(key, toBeSigned.Span, signature);
    }
}

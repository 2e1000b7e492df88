using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>
/// A checked chain of exactly one certificate and the pinned root that issued it: what vouches for revocation lists, TCB info and QE identity.
/// Dates and revocation are not judged here.
/// </summary>
internal sealed class IssuerChain
{
    /// <summary>Most bytes of a chain's PEM text.</summary>
    public const int MaxPemSize = 16_384;

    private const int Depth = 2;
    private const string SigningName = "SGX TCB Signing";

    private IssuerChain(Certificate[] certificates) => (Leaf, Root) = (certificates[0], certificates[1]);

    public Certificate Leaf { get; }

    public Certificate Root { get; }

    /// <summary>A chain whose first certificate signs TCB info and QE identity: named so, and no authority.</summary>
    public static bool TryVerifySigner(
        ReadOnlyMemory<byte> pem, TrustedRoot root, [NotNullWhen(true)] out IssuerChain? chain, out string cause) =>
        TryVerify(pem, root, FindSignerFault, out chain, out cause);

    /// <summary>A chain whose first certificate is the Platform or Processor CA, which signs a PCK revocation list.</summary>
    public static bool TryVerifyAuthority(
        ReadOnlyMemory<byte> pem, TrustedRoot root, [NotNullWhen(true)] out IssuerChain? chain, out string cause) =>
        TryVerify(pem, root, PckChain.FindAuthorityFault, out chain, out cause);

    private static bool TryVerify(
        ReadOnlyMemory<byte> pem,
        TrustedRoot root,
        Func<Certificate, string> findLeafFault,
        [NotNullWhen(true)] out IssuerChain? chain,
        out string cause)
    {
        chain = null;
        try
        {
            CertificateReader.Require(pem.Length <= MaxPemSize, $"a chain of {pem.Length} bytes is above {MaxPemSize}");
            Certificate[] certificates = PemChain.Read(pem, Depth);
            cause = FindFault(certificates[0], certificates[1], root, findLeafFault);
            if (cause.Length == 0)
                chain = new IssuerChain(certificates);
        }
        catch (AsnContentException malformed)
        {
            cause = $"malformed certificate: {malformed.Message}";
        }
        return chain is not null;
    }

    private static string FindFault(Certificate leaf, Certificate last, TrustedRoot root, Func<Certificate, string> findLeafFault)
    {
        if (!last.PublicKey.Span.SequenceEqual(root.PublicKey.Span))
            return $"the chain's root is not trusted: \"{last.CommonName}\" does not have the key of {root}";
        string leafFault = findLeafFault(leaf);
        if (leafFault.Length > 0)
            return leafFault;
        if (!last.IsAuthority || !last.MaySignCertificates)
            return $"\"{last.CommonName}\" may not sign certificates";
        string link = PckChain.FindSignatureFault(leaf, last);
        return link.Length > 0 ? link : PckChain.FindSignatureFault(last, last);
    }

    private static string FindSignerFault(Certificate leaf)
    {
        if (!leaf.CommonName.Contains(SigningName, StringComparison.Ordinal))
            return $"the signer's name \"{leaf.CommonName}\" is not \"Intel {SigningName}\"";
        return leaf.IsAuthority ? $"\"{leaf.CommonName}\" is an authority" : "";
    }
}

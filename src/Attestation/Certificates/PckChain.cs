using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>A checked chain of exactly PCK certificate, Platform or Processor CA, and the pinned root.</summary>
internal sealed class PckChain
{
    private const int Depth = 3;
    private const string LeafName = "SGX PCK Certificate";
    private static readonly string[] s_issuerNames = ["SGX PCK Platform CA", "SGX PCK Processor CA"];

    private PckChain(Certificate[] certificates, PckExtension extension)
    {
        Leaf = certificates[0];
        Intermediate = certificates[1];
        Root = certificates[2];
        Extension = extension;
        Expires = certificates.Min(certificate => certificate.NotAfter);
    }

    public Certificate Leaf { get; }

    public Certificate Intermediate { get; }

    public Certificate Root { get; }

    public PckExtension Extension { get; }

    /// <summary>The earliest end of validity among the three.</summary>
    public DateTimeOffset Expires { get; }

    /// <returns>False with a cause that names the certificate and the rule.</returns>
    public static bool TryVerify(
        ReadOnlyMemory<byte> pem,
        TrustedRoot root,
        DateTimeOffset now,
        [NotNullWhen(true)] out PckChain? chain,
        out string cause)
    {
        chain = null;
        try
        {
            Certificate[] certificates = PemChain.Read(pem, Depth);
            cause = FindFault(certificates, root, now);
            if (cause.Length == 0)
                chain = new PckChain(certificates, PckExtension.Read(certificates[0].SgxExtension!.Value));
        }
        catch (AsnContentException malformed)
        {
            cause = $"malformed certificate: {malformed.Message}";
        }
        return chain is not null;
    }

    private static string FindFault(Certificate[] chain, TrustedRoot root, DateTimeOffset now)
    {
        if (!chain[2].PublicKey.Span.SequenceEqual(root.PublicKey.Span))
            return $"the chain's root is not trusted: \"{chain[2].CommonName}\" does not have the key of {root}";
        string names = FindRoleFault(chain[0], chain[1], chain[2]);
        if (names.Length > 0)
            return names;
        for (int i = 0; i < Depth; i++)
        {
            string link = FindLinkFault(chain[i], chain[Math.Min(i + 1, Depth - 1)], now);
            if (link.Length > 0)
                return link;
        }
        return "";
    }

    private static string FindRoleFault(Certificate leaf, Certificate intermediate, Certificate root)
    {
        if (!leaf.CommonName.Contains(LeafName, StringComparison.Ordinal))
            return $"the leaf's name \"{leaf.CommonName}\" is not \"Intel {LeafName}\"";
        if (leaf.IsAuthority || leaf.SgxExtension is null)
            return "the leaf is an authority or has no SGX extension";
        if (!s_issuerNames.Any(name => intermediate.CommonName.Contains(name, StringComparison.Ordinal)))
            return $"the issuer's name \"{intermediate.CommonName}\" is not a PCK Platform or Processor CA";
        if (!intermediate.IsAuthority || !intermediate.MaySignCertificates)
            return $"\"{intermediate.CommonName}\" may not sign certificates";
        return root.IsAuthority && root.MaySignCertificates && root.PathLength is null or >= 1
            ? ""
            : $"\"{root.CommonName}\" may not sign the certificate of an authority";
    }

    private static string FindLinkFault(Certificate certificate, Certificate issuer, DateTimeOffset now)
    {
        string name = certificate.CommonName;
        if (!certificate.Issuer.Span.SequenceEqual(issuer.Subject.Span))
            return $"\"{name}\" was not issued by \"{issuer.CommonName}\"";
        if (now < certificate.NotBefore)
            return $"\"{name}\" is not yet valid: from {certificate.NotBefore:u}, now {now:u}";
        if (now > certificate.NotAfter)
            return $"\"{name}\" expired {certificate.NotAfter:u}, now {now:u}";
        return P256.VerifyDer(issuer.PublicKey.Span, certificate.ToBeSigned.Span, certificate.Signature.Span)
            ? ""
            : $"bad signature on \"{name}\"";
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Certificates;

/// <summary>A checked chain of exactly PCK certificate, Platform or Processor CA, and the pinned root.</summary>
internal sealed class PckChain
{
    private const int Depth = 3;
    private const string LeafName = "SGX PCK Certificate";

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

    /// <param name="pem">Leaf, intermediate and root.</param>
    /// <param name="root">The root that is trusted.</param>
    /// <param name="now">When all three must be valid.</param>
    /// <param name="known">Intermediate and root whose signatures have been checked under the same root; bit for bit the same ones are not checked again.</param>
    /// <param name="chain">The result.</param>
    /// <param name="cause">Why it was refused, or empty.</param>
    /// <returns>False with a cause that names the certificate and the rule.</returns>
    public static bool TryVerify(
        ReadOnlyMemory<byte> pem,
        TrustedRoot root,
        DateTimeOffset now,
        IssuerChain? known,
        [NotNullWhen(true)] out PckChain? chain,
        out string cause)
    {
        chain = null;
        try
        {
            Certificate[] certificates = PemChain.Read(pem, Depth);
            cause = FindFault(certificates, root, now, known);
            if (cause.Length == 0)
                chain = new PckChain(certificates, PckExtension.Read(certificates[0].SgxExtension!.Value));
        }
        catch (AsnContentException malformed)
        {
            cause = $"malformed certificate: {malformed.Message}";
        }
        return chain is not null;
    }

    /// <summary>The platform that a chain names, without checking any of it.</summary>
    /// <returns>False with a cause where it cannot be read.</returns>
    public static bool TryReadPlatform(ReadOnlyMemory<byte> pem, out PlatformId platform, out string cause)
    {
        platform = default;
        try
        {
            Certificate[] certificates = PemChain.Read(pem, Depth);
            CertificateReader.Require(certificates[0].SgxExtension is not null, "the leaf has no SGX extension");
            if (!PckAuthorities.TryFind(certificates[1].CommonName, out PckAuthority authority, out cause))
                return false;
            PckExtension extension = PckExtension.Read(certificates[0].SgxExtension!.Value);
            platform = new PlatformId(Convert.ToHexStringLower(extension.Fmspc.Span), authority);
            return true;
        }
        catch (AsnContentException malformed)
        {
            cause = $"malformed certificate: {malformed.Message}";
            return false;
        }
    }

    private static string FindFault(Certificate[] chain, TrustedRoot root, DateTimeOffset now, IssuerChain? known)
    {
        if (!chain[2].PublicKey.Span.SequenceEqual(root.PublicKey.Span))
            return $"the chain's root is not trusted: \"{chain[2].CommonName}\" does not have the key of {root}";
        string names = FindRoleFault(chain[0], chain[1], chain[2]);
        if (names.Length > 0)
            return names;
        for (int i = 0; i < Depth; i++)
        {
            string fault = FindDateFault(chain[i], now);
            if (fault.Length == 0 && !IsKnown(chain[i], known))
                fault = FindSignatureFault(chain[i], chain[Math.Min(i + 1, Depth - 1)]);
            if (fault.Length > 0)
                return fault;
        }
        return "";
    }

    private static string FindRoleFault(Certificate leaf, Certificate intermediate, Certificate root)
    {
        if (!leaf.CommonName.Contains(LeafName, StringComparison.Ordinal))
            return $"the leaf's name \"{leaf.CommonName}\" is not \"Intel {LeafName}\"";
        if (leaf.IsAuthority || leaf.SgxExtension is null)
            return "the leaf is an authority or has no SGX extension";
        string authority = FindAuthorityFault(intermediate);
        if (authority.Length > 0)
            return authority;
        return root.IsAuthority && root.MaySignCertificates && root.PathLength is null or >= 1
            ? ""
            : $"\"{root.CommonName}\" may not sign the certificate of an authority";
    }

    /// <summary>Why a certificate is not that of a Platform or Processor CA; empty where it is.</summary>
    internal static string FindAuthorityFault(Certificate intermediate)
    {
        if (!PckAuthorities.TryFind(intermediate.CommonName, out _, out string unknown))
            return $"the issuer's name {unknown}";
        return intermediate.IsAuthority && intermediate.MaySignCertificates
            ? ""
            : $"\"{intermediate.CommonName}\" may not sign certificates";
    }

    /// <summary>Why a certificate was not signed by an issuer: another name, or a bad signature; empty where it was.</summary>
    internal static string FindSignatureFault(Certificate certificate, Certificate issuer)
    {
        if (!certificate.Issuer.Span.SequenceEqual(issuer.Subject.Span))
            return $"\"{certificate.CommonName}\" was not issued by \"{issuer.CommonName}\"";
        return P256.VerifyDer(issuer.PublicKey.Span, certificate.ToBeSigned.Span, certificate.Signature.Span)
            ? ""
            : $"bad signature on \"{certificate.CommonName}\"";
    }

    private static bool IsKnown(Certificate certificate, IssuerChain? known) =>
        known is not null && (IsSame(certificate, known.Leaf) || IsSame(certificate, known.Root));

    private static bool IsSame(Certificate certificate, Certificate other) =>
        certificate.ToBeSigned.Span.SequenceEqual(other.ToBeSigned.Span) && certificate.Signature.Span.SequenceEqual(other.Signature.Span);

    private static string FindDateFault(Certificate certificate, DateTimeOffset now)
    {
        string name = certificate.CommonName;
        if (now < certificate.NotBefore)
            return $"\"{name}\" is not yet valid: from {certificate.NotBefore:u}, now {now:u}";
        if (now > certificate.NotAfter)
            return $"\"{name}\" expired {certificate.NotAfter:u}, now {now:u}";
        return "";
    }
}

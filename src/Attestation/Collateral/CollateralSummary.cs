using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>What collateral says about itself: for whom, how new, until when. Read, not verified: signatures are the verifier's and the cache's matter.</summary>
public sealed record CollateralSummary
{
    private const int ChainLength = 2;

    /// <summary>The platform family, 12 lower-case hex digits.</summary>
    public required string Fmspc { get; init; }

    /// <summary>Id of the provisioning enclave, hex.</summary>
    public required string PceId { get; init; }

    /// <summary>The TCB info.</summary>
    public required SignedDocumentSummary TcbInfo { get; init; }

    /// <summary>The QE identity.</summary>
    public required SignedDocumentSummary QeIdentity { get; init; }

    /// <summary>The root's list.</summary>
    public required RevocationListSummary RootCrl { get; init; }

    /// <summary>The PCK issuer's list.</summary>
    public required RevocationListSummary PckCrl { get; init; }

    /// <summary>When the first certificate of the three chains runs out.</summary>
    public required DateTimeOffset CertificatesExpire { get; init; }

    /// <summary>Which authority's revocations these are; null for an issuer that is neither.</summary>
    public PckAuthority? Authority => PckAuthorities.TryFind(PckCrl.Issuer, out PckAuthority authority, out _) ? authority : null;

    /// <summary>The last moment at which all parts may be used.</summary>
    public DateTimeOffset EarliestExpiry =>
        new[] { TcbInfo.NextUpdate, QeIdentity.NextUpdate, RootCrl.NextUpdate, PckCrl.NextUpdate, CertificatesExpire }.Min();

    /// <summary>Reads collateral.</summary>
    /// <returns>False with a cause that names the part that cannot be read.</returns>
    public static bool TryRead(QuoteCollateral collateral, [NotNullWhen(true)] out CollateralSummary? summary, out string cause)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        summary = null;
        if (!Collateral.TcbInfo.TryRead(collateral.TcbInfo, out TcbInfo? tcb, out cause))
            return Fail("TCB info", ref cause);
        if (!Collateral.QeIdentity.TryRead(collateral.QeIdentity, out QeIdentity? qe, out cause))
            return Fail("QE identity", ref cause);
        if (!TryReadList(collateral.RootCaCrl, out RevocationListSummary? root, out cause))
            return Fail("root revocation list", ref cause);
        if (!TryReadList(collateral.PckCrl, out RevocationListSummary? pck, out cause))
            return Fail("PCK revocation list", ref cause);
        if (!TryReadChains(collateral, out DateTimeOffset expire, out cause))
            return Fail("issuer chains", ref cause);
        summary = new CollateralSummary
        {
            Fmspc = Convert.ToHexStringLower(tcb.Fmspc.Span),
            PceId = Convert.ToHexStringLower(tcb.PceId.Span),
            TcbInfo = new SignedDocumentSummary(tcb.Id, tcb.IssueDate, tcb.NextUpdate, tcb.TcbEvaluationDataNumber),
            QeIdentity = new SignedDocumentSummary(qe.Id, qe.IssueDate, qe.NextUpdate, qe.TcbEvaluationDataNumber),
            RootCrl = root,
            PckCrl = pck,
            CertificatesExpire = expire,
        };
        return true;
    }

    private static bool TryReadList(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out RevocationListSummary? summary, out string cause)
    {
        summary = null;
        if (!RevocationList.TryRead(der, out RevocationList? list, out cause))
            return false;
        try
        {
            summary = new RevocationListSummary(CertificateReader.ReadCommonName(list.Issuer), list.ThisUpdate, list.NextUpdate, list.Count);
        }
        catch (AsnContentException malformed)
        {
            cause = malformed.Message;
        }
        return summary is not null;
    }

    private static bool TryReadChains(QuoteCollateral collateral, out DateTimeOffset expire, out string cause)
    {
        (expire, cause) = (default, "");
        try
        {
            expire = new[] { collateral.PckCrlIssuerChain, collateral.TcbInfoIssuerChain, collateral.QeIdentityIssuerChain }
                .SelectMany(chain => PemChain.Read(chain, ChainLength)).Min(certificate => certificate.NotAfter);
        }
        catch (AsnContentException malformed)
        {
            cause = malformed.Message;
        }
        return cause.Length == 0;
    }

    private static bool Fail(string part, ref string cause)
    {
        cause = $"{part}: {cause}";
        return false;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Globalization;
using System.Text.Json;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>What collateral says about itself: for whom, how new, until when. Read, not verified: signatures are the verifier's and the cache's matter.</summary>
public sealed record CollateralSummary
{
    private const int ChainLength = 2;
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

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
    public PckAuthority? Authority => AuthorityNames.Find(PckCrl.Issuer);

    /// <summary>The last moment at which all parts may be used.</summary>
    public DateTimeOffset EarliestExpiry =>
        new[] { TcbInfo.NextUpdate, QeIdentity.NextUpdate, RootCrl.NextUpdate, PckCrl.NextUpdate, CertificatesExpire }.Min();

    /// <summary>Reads collateral.</summary>
    /// <returns>False with a cause that names the part that cannot be read.</returns>
    public static bool TryRead(QuoteCollateral collateral, [NotNullWhen(true)] out CollateralSummary? summary, out string cause)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        (summary, cause) = (null, "");
        string part = "";
        try
        {
            part = "TCB info";
            using JsonDocument tcbInfo = Parse(collateral.TcbInfo);
            SignedDocumentSummary tcb = Document(tcbInfo.RootElement);
            part = "QE identity";
            using JsonDocument qeIdentity = Parse(collateral.QeIdentity);
            SignedDocumentSummary qe = Document(qeIdentity.RootElement);
            part = "root revocation list";
            RevocationListSummary root = RevocationListReader.Read(collateral.RootCaCrl, out _, out _);
            part = "PCK revocation list";
            RevocationListSummary pck = RevocationListReader.Read(collateral.PckCrl, out _, out _);
            part = "issuer chains";
            DateTimeOffset expire = new[] { collateral.PckCrlIssuerChain, collateral.TcbInfoIssuerChain, collateral.QeIdentityIssuerChain }
                .SelectMany(chain => PemChain.Read(chain, ChainLength)).Min(certificate => certificate.NotAfter);
            part = "TCB info";
            summary = new CollateralSummary
            {
                Fmspc = Text(tcbInfo.RootElement, "fmspc").ToLowerInvariant(),
                PceId = Text(tcbInfo.RootElement, "pceId"),
                TcbInfo = tcb,
                QeIdentity = qe,
                RootCrl = root,
                PckCrl = pck,
                CertificatesExpire = expire,
            };
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or AsnContentException)
        {
            cause = $"{part}: {malformed.Message}";
        }
        return summary is not null;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json) =>
        JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });

    private static SignedDocumentSummary Document(JsonElement root) => new(
        Text(root, "id"), root.GetProperty("version").GetInt32(), Date(root, "issueDate"), Date(root, "nextUpdate"), root.GetProperty("tcbEvaluationDataNumber").GetInt64());

    private static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    private static DateTimeOffset Date(JsonElement root, string name) => DateTimeOffset.ParseExact(
        Text(root, name), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}

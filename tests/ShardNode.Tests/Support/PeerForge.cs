using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Tls;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>
/// Makes link certificates of a simulated machine, honest or forged in one place. All are correctly signed by everybody who signs: what is
/// wrong is what they say.
/// </summary>
internal sealed class PeerForge(SimulatedPki pki, ShardClaims honest)
{
    private const int TdAttributes = 120;

    public const string Image = "teetee-shard";
    public const string Compose = "teetee shard";

    /// <summary>Each forgery and the stage that must refuse it when slot, keys and model are expected to be the honest ones.</summary>
    public static TheoryData<string, PeerStage> Forgeries => new()
    {
        { "foreign certificate", PeerStage.Certificate },
        { "expired certificate", PeerStage.Validity },
        { "future certificate", PeerStage.Validity },
        { "long-lived certificate", PeerStage.Validity },
        { "malformed claims", PeerStage.Claims },
        { "wrong chain", PeerStage.Claims },
        { "wrong rollup", PeerStage.Claims },
        { "no quote but noise", PeerStage.Quote },
        { "wrong measurement", PeerStage.Quote },
        { "debug TD", PeerStage.Quote },
        { "other root", PeerStage.Quote },
        { "replayed quote", PeerStage.Quote },
        { "stretched validity", PeerStage.Quote },
        { "changed claims", PeerStage.Quote },
        { "PoEA quote", PeerStage.Quote },
        { "registration quote", PeerStage.Quote },
        { "attestation quote", PeerStage.Quote },
        { "wrong model", PeerStage.Identity },
    };

    public async Task<X509Certificate2> MakeAsync(string what)
    {
        if (what == "foreign certificate")
            return Foreign();
        (DateTimeOffset from, DateTimeOffset until) = ValidityOf(what, DateTimeOffset.UtcNow);
        using CertificateDraft draft = new(from, until);
        ShardClaims claims = ClaimsOf(what);
        byte[] quote = await QuoteAsync(what, ReportDataOf(what, draft, claims));
        byte[] said = what switch
        {
            "changed claims" => (claims with { Operator = new Address(Enumerable.Repeat((byte)9, 20).ToArray()) }).Encode(),
            "malformed claims" => claims.Encode()[..^1],
            _ => claims.Encode(),
        };
        return draft.Complete(CertificateEvidence.Attested(quote, said));
    }

    private static X509Certificate2 Foreign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=TeeTee link", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static (DateTimeOffset From, DateTimeOffset Until) ValidityOf(string what, DateTimeOffset now) => what switch
    {
        "expired certificate" => (now.AddHours(-2), now.AddHours(-1)),
        "future certificate" => (now.AddHours(1), now.AddHours(2)),
        "long-lived certificate" => (now.AddHours(-1), now.AddDays(8)),
        _ => (now.AddHours(-1), now.AddHours(23)),
    };

    private ShardClaims ClaimsOf(string what) => what switch
    {
        "wrong chain" => honest with { ChainId = honest.ChainId + 1 },
        "wrong rollup" => honest with { Rollup = honest.Operator },
        "wrong slot" => honest with { Slot = honest.Slot + 70 },
        "wrong operator" => honest with { Operator = honest.Rollup },
        "wrong key" => honest with { SigningKey = honest.Rollup },
        "wrong model" => honest with { ModelId = Keccak256.Hash("another model"u8) },
        _ => honest,
    };

    private static byte[] ReportDataOf(string what, CertificateDraft draft, ShardClaims claims)
    {
        RollupDomain domain = new(claims.ChainId, claims.Rollup);
        Bytes32 hash = draft.PublicKeyHash;
        return what switch
        {
            "replayed quote" => claims.ToReportData(Keccak256.Hash("the key of another certificate"u8), draft.NotBefore, draft.NotAfter),
            "stretched validity" => claims.ToReportData(hash, draft.NotBefore, draft.NotAfter.AddHours(-1)),
            "PoEA quote" => ReportData.ForEpoch(domain, claims.ModelId, claims.Slot, claims.Operator, 7, hash, claims.SigningKey, claims.EncryptionKey),
            "registration quote" => ReportData.ForRegistration(domain, claims.Slot, claims.Operator, hash, claims.SigningKey, claims.EncryptionKey),
            "attestation quote" => ReportData.ForAttestation(domain, claims.ModelId, claims.Slot, claims.Operator, hash, claims.SigningKey, claims.EncryptionKey),
            _ => claims.ToReportData(hash, draft.NotBefore, draft.NotAfter),
        };
    }

    private async Task<byte[]> QuoteAsync(string what, byte[] reportData)
    {
        if (what == "no quote but noise")
            return RandomNumberGenerator.GetBytes(5000);
        using SimulatedPki other = SimulatedPki.Create(TimeProvider.System);
        SimulatedMeasurements measured = what == "wrong measurement" ? SimulatedMeasurements.Of("another image", Compose) : SimulatedMeasurements.Of(Image, Compose);
        using SimulatedQuoteSource source = new(what == "other root" ? other : pki, measured);
        return what == "debug TD"
            ? source.Make(reportData, SimulatedQuoteShape.Ordinary with { EditReport = report => report.Span[TdAttributes] |= 1 })
            : await source.GetQuoteAsync(reportData, CancellationToken.None);
    }
}

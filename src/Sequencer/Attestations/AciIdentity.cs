using System.Text.Json.Nodes;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Attestations;

/// <summary>
/// The sequencer as the ACI interface sees it: a set of keys with an end, its digest, and the report data that binds both to a quote. The only
/// key is the one that signs TeeTee's answer receipts (secp256k1).
/// </summary>
internal sealed class AciIdentity(SequencerOptions options)
{
    /// <summary>The interface's version.</summary>
    public const string Version = "aci/1";

    private const string Purpose = "aci.report_data.v1";
    private const long SecondsPerDay = 86_400;
    // Whole days, so that the digest is the same for everybody who asks on one day and across restarts.
    private const long DaysValid = 8;

    /// <summary>Whether there is something that makes quotes of this sequencer.</summary>
    public bool IsAttested => options.Attestation.QuoteSource is not null;

    /// <summary>The keys, valid for a week from today.</summary>
    public JsonObject Keyset()
    {
        long today = options.Clock.GetUtcNow().ToUnixTimeSeconds() / SecondsPerDay;
        return new JsonObject
        {
            ["subject"] = null,
            ["not_after"] = (today + DaysValid) * SecondsPerDay,
            ["receipt_signing_keys"] = new JsonArray(new JsonObject
            {
                ["key_id"] = options.Key.Address.ToString(),
                ["algo"] = "secp256k1",
                ["public_key"] = $"04{Convert.ToHexStringLower(options.Key.PublicKey)}",
            }),
            ["e2ee_public_keys"] = new JsonArray(),
            ["tls_public_keys"] = new JsonArray(),
        };
    }

    /// <summary>"sha256:" and the hash of the canonical set.</summary>
    public string KeysetDigest() => DigestOf(Keyset());

    /// <summary>"sha256:" and the hash of a canonical document.</summary>
    public static string DigestOf(JsonNode document) => $"sha256:{HashOf(document)}";

    /// <summary>Hex of the SHA-256 of a canonical document.</summary>
    public static string HashOf(JsonNode document) => Sha256.Hash(CanonicalJson.Write(document)).ToString()[2..];

    /// <summary>The 64 bytes of a quote that answers a nonce (64 lower-case hex digits) for a set of keys.</summary>
    public static byte[] ReportData(string keysetDigest, string nonce)
    {
        JsonObject statement = new() { ["keyset_digest"] = keysetDigest, ["nonce"] = nonce, ["purpose"] = Purpose };
        byte[] data = new byte[Rollup.Poea.ReportData.Size];
        Sha256.Hash(CanonicalJson.Write(statement)).CopyTo(data);
        return data;
    }
}

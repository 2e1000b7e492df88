using System.Text.Json.Nodes;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.Sequencer.Attestations;

/// <summary>Writes what an ACI session says: who the shard is, how a client can bind to it, what was checked, and the evidence to check it again. Pure.</summary>
internal static class AciSessionDocument
{
    private const string Verifier = "teetee-dcap/1";

    /// <summary>The document of a verified shard.</summary>
    /// <param name="asked">Its answer to this sequencer's own nonce.</param>
    /// <param name="verdict">The acceptance of its quote.</param>
    /// <param name="policy">What the quote was judged by.</param>
    /// <param name="established">Unix seconds.</param>
    /// <param name="expires">Unix seconds.</param>
    public static JsonObject Of(SlotAttestation asked, QuoteVerdict verdict, QuotePolicy policy, long established, long expires)
    {
        ShardAttestation answer = asked.Answer!;
        byte[] evidence = Evidence(asked, answer);
        return new JsonObject
        {
            ["api_version"] = AciIdentity.Version,
            ["upstream_name"] = AciSession.NameOf(asked.Member),
            ["endpoint"] = asked.Member.Endpoint.GetLeftPart(UriPartial.Authority),
            ["verifier_id"] = Verifier,
            ["established_at"] = established,
            ["expires_at"] = expires,
            ["identity"] = new JsonObject
            {
                ["signing_address"] = answer.SigningKey.ToString(),
                ["encryption_key"] = answer.EncryptionKey.ToString(),
                ["slot"] = answer.Slot.SlotId,
                ["operator"] = answer.Slot.Operator.ToString(),
                ["model_id"] = answer.Slot.ModelId.ToString(),
            },
            ["channel_binding"] = new JsonArray(new JsonObject
            {
                ["type"] = "e2ee_public_key_sha256",
                ["public_key_sha256"] = Sha256.Hash(answer.EncryptionKey.ToArray()).ToString()[2..],
            }),
            ["claims"] = AciClaims.Of(verdict, policy),
            ["evidence"] = new JsonObject
            {
                ["digest"] = $"sha256:{Sha256.Hash(evidence).ToString()[2..]}",
                ["data"] = $"data:application/json;base64,{Convert.ToBase64String(evidence)}",
            },
        };
    }

    // All that somebody needs to repeat the verification.
    private static byte[] Evidence(SlotAttestation asked, ShardAttestation answer) => CanonicalJson.Write(new JsonObject
    {
        ["tee_type"] = AttestationReporter.TypeOf(answer.TeeType),
        ["nonce"] = answer.Nonce.ToString(),
        ["quote"] = Convert.ToHexStringLower(answer.Quote.Span),
        ["collateral"] = asked.Collateral is { } collateral ? JsonNode.Parse(collateral.Write()) : null,
    });
}

using System.Text.Json.Nodes;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources;
using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Limits;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Attestations;

/// <summary>Makes the sequencer's own attestation for a nonce; askers with one nonce share a quote.</summary>
internal sealed class AciAttestor
{
    private readonly SequencerOptions _options;
    private readonly AciIdentity _identity;
    private readonly SharedWork<string, JsonObject> _quotes;

    public AciAttestor(SequencerOptions options, AciIdentity identity)
    {
        (_options, _identity) = (options, identity);
        _quotes = new SharedWork<string, JsonObject>(options.Attestation.Limits, MakeAsync, options.Clock);
    }

    /// <summary>The document for a nonce of 64 lower-case hex digits.</summary>
    /// <exception cref="JobApiException"><c>not_found</c>: this sequencer has no quote source; <c>overloaded</c>: too many ask, or it gives none now.</exception>
    public async Task<string> AttestAsync(string nonce, CancellationToken requestAborted)
    {
        if (!_identity.IsAttested)
            throw Refusal.NotFound("This sequencer runs in no TEE that quotes it; its shards do: ask /v1/attestation/report or /v1/aci/sessions.");
        try
        {
            return (await _quotes.GetAsync(nonce, requestAborted).ConfigureAwait(false)).ToJsonString();
        }
        catch (Exception fault) when (fault is OverloadedException or TimeoutException or IOException)
        {
            throw Refusal.Overloaded($"The sequencer's quote cannot be had now: {fault.Message}");
        }
    }

    private async Task<JsonObject> MakeAsync(string nonce, CancellationToken cancellationToken)
    {
        IQuoteSource source = _options.Attestation.QuoteSource!;
        JsonObject keyset = _identity.Keyset();
        string digest = AciIdentity.DigestOf(keyset);
        byte[] report = AciIdentity.ReportData(digest, nonce);
        byte[] quote = await source.GetQuoteAsync(report, cancellationToken).ConfigureAwait(false);
        string data = Convert.ToHexStringLower(report);
        return new JsonObject
        {
            ["api_version"] = AciIdentity.Version,
            ["workload_keyset_digest"] = digest,
            ["attestation"] = new JsonObject
            {
                ["tee_type"] = source.TeeType,
                ["workload_keyset"] = keyset,
                ["report_data"] = data,
                ["source_provenance"] = new JsonObject { ["repo_url"] = null, ["repo_commit"] = null, ["image_digest"] = null, ["image_provenance"] = null },
                ["evidence"] = new JsonObject
                {
                    ["quote"] = Convert.ToHexStringLower(quote),
                    ["quote_report_data"] = data,
                    ["event_log"] = new JsonArray(),
                    ["collateral"] = CollateralOf(quote),
                },
            },
            ["service_capabilities"] = new JsonObject { ["supported_e2ee_versions"] = new JsonArray(), ["serving"] = "aggregator" },
        };
    }

    private JsonNode? CollateralOf(byte[] quote) =>
        _options.RelayedCollateral?.FindFor(quote, out _) is { } found ? JsonNode.Parse(found.Write()) : null;
}

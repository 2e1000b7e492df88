using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeeTee.Gateway.Attestation;

/// <summary>
/// <c>GET /v1/attestation/report</c> (docs/api.md section 6): fresh quotes of every shard of a model's pipeline. The snake_case members have the
/// shape that verifiers of other confidential inference services read, for the first entry and for all; <see cref="Details"/> is ours. Nothing
/// in it is believed: <see cref="AttestationReportCheck"/> judges it.
/// </summary>
public sealed record AttestationReport
{
    /// <summary>Of the first entry.</summary>
    [JsonPropertyName("signing_address")]
    public required string SigningAddress { get; init; }

    /// <summary>"ecdsa".</summary>
    [JsonPropertyName("signing_algo")]
    public required string SigningAlgorithm { get; init; }

    /// <summary>64 hex digits, as asked for.</summary>
    [JsonPropertyName("request_nonce")]
    public required string RequestNonce { get; init; }

    /// <summary>Of the first entry: hex without prefix, over the legacy report data.</summary>
    [JsonPropertyName("intel_quote")]
    public required string IntelQuote { get; init; }

    /// <summary>"tdx" or "simulated".</summary>
    [JsonPropertyName("tee_type")]
    public required string TeeType { get; init; }

    /// <summary>Of the first entry: the machine's events as its guest agent gives them; empty where it gives none. To be replayed against the quote, never believed.</summary>
    [JsonPropertyName("event_log")]
    public ImmutableArray<JsonElement> EventLog { get; init; } = [];

    /// <summary>Of the first entry: <c>app_id</c>, <c>compose_hash</c> and <c>instance_id</c> (hex) where the event log leads to the quote's registers; else empty.</summary>
    [JsonPropertyName("info")]
    public ImmutableDictionary<string, string> Info { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>One for each shard that answered, in layer order.</summary>
    [JsonPropertyName("all_attestations")]
    public required ImmutableArray<AttestationEntry> Entries { get; init; }

    /// <summary>What the report is about.</summary>
    [JsonPropertyName("teetee")]
    public required AttestationReportDetails Details { get; init; }
}

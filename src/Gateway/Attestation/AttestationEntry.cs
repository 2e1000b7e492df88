using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TeeTee.Gateway.Attestation;

/// <summary>One shard's quotes in an <see cref="AttestationReport"/>.</summary>
public sealed record AttestationEntry
{
    /// <summary>Address of the enclave's signing key.</summary>
    [JsonPropertyName("signing_address")]
    public required string SigningAddress { get; init; }

    /// <summary>"ecdsa".</summary>
    [JsonPropertyName("signing_algo")]
    public required string SigningAlgorithm { get; init; }

    /// <summary>64 hex digits, as asked for.</summary>
    [JsonPropertyName("request_nonce")]
    public required string RequestNonce { get; init; }

    /// <summary>Hex without prefix; report data: signing address, zeros up to 32 bytes, nonce.</summary>
    [JsonPropertyName("intel_quote")]
    public required string IntelQuote { get; init; }

    /// <summary>"tdx" or "simulated".</summary>
    [JsonPropertyName("tee_type")]
    public required string TeeType { get; init; }

    /// <summary>The machine's events as its guest agent gives them; empty where it gives none. To be replayed against the quote, never believed.</summary>
    [JsonPropertyName("event_log")]
    public ImmutableArray<JsonElement> EventLog { get; init; } = [];

    /// <summary><c>app_id</c>, <c>compose_hash</c> and <c>instance_id</c> (hex) where the event log leads to the quote's registers; else empty.</summary>
    [JsonPropertyName("info")]
    public ImmutableDictionary<string, string> Info { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The domain-separated quote and what it binds.</summary>
    [JsonPropertyName("teetee")]
    public required AttestationEntryDetails Details { get; init; }
}

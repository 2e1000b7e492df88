using System.Collections.Immutable;
using System.Text.Json;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.Sequencer.Attestations;

/// <summary>A shard's event log in the shape of reports: the events as they came, and what they say where they lead to the quote's registers. Pure.</summary>
/// <param name="Events">Empty for a log that is no JSON list.</param>
/// <param name="Info">Application, compose file and instance; empty where the log does not fit the quote.</param>
internal sealed record MachineLog(ImmutableArray<JsonElement> Events, ImmutableDictionary<string, string> Info)
{
    private const int MostEvents = 256;

    private static readonly MachineLog s_none = new([], ImmutableDictionary<string, string>.Empty);

    /// <summary>Reads what a shard answered. Whatever is wrong with its log, its quote stands apart.</summary>
    public static MachineLog Of(ShardAttestation answer)
    {
        if (answer.EventLog.IsEmpty)
            return s_none;
        ImmutableArray<JsonElement> events = EventsOf(answer.EventLog);
        return events.IsEmpty ? s_none : new MachineLog(events, InfoOf(answer));
    }

    private static ImmutableArray<JsonElement> EventsOf(ReadOnlyMemory<byte> log)
    {
        try
        {
            using var document = JsonDocument.Parse(log, new JsonDocumentOptions { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array && root.GetArrayLength() <= MostEvents
                ? [.. root.EnumerateArray().Select(element => element.Clone())]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static ImmutableDictionary<string, string> InfoOf(ShardAttestation answer)
    {
        if (!EventLog.TryRead(answer.EventLog, out EventLog? log, out _) || !TdxQuote.TryParse(answer.Quote.Span, out TdxQuote? quote, out _)
            || EventLogVerifier.Verify(log, quote.Report) is not { Matches: true, Claims: { } claims })
        {
            return s_none.Info;
        }
        return ImmutableDictionary<string, string>.Empty
            .Add("app_id", Convert.ToHexStringLower(claims.AppId.Span))
            .Add("compose_hash", Convert.ToHexStringLower(claims.ComposeHash.Span))
            .Add("instance_id", Convert.ToHexStringLower(claims.InstanceId.Span));
    }
}

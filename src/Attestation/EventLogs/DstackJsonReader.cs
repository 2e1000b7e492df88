using System.Text;
using System.Text.Json;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// dstack's JSON: a bare array of events, or an object with <c>event_log</c> (an array, mostly as text) and <c>quote</c>, or an object with a
/// binary <c>attestation</c> in hex. Doubled properties are refused, unknown ones ignored.
/// </summary>
internal static class DstackJsonReader
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    public static EventLog Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
                return new EventLog(EventLogFormat.DstackEvents, ReadEvents(root));
            if (root.TryGetProperty("event_log", out JsonElement log))
                return new EventLog(EventLogFormat.DstackQuoteResponse, ReadNested(log)) { Quote = Hex(root, "quote", EventLogLimits.Bytes) ?? default };
            if (Hex(root, "attestation", EventLogLimits.Bytes) is { Length: > 0 } attestation)
                return new DstackAttestationReader(attestation).Read();
            throw new MalformedEventLogException(EventLogStage.Form, "the object has neither event_log nor attestation");
        }
        catch (JsonException malformed)
        {
            throw new MalformedEventLogException(EventLogStage.Form, $"no JSON: {malformed.Message}");
        }
        catch (InvalidOperationException invalid)
        {
            // What JsonElement throws for text that is no UTF-16, half a surrogate pair for one.
            throw new MalformedEventLogException(EventLogStage.Form, $"no text: {invalid.Message}");
        }
    }

    /// <summary>Bounds come before the parser: its memory follows the number of tokens.</summary>
    internal static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        string fault = JsonScan.FindFault(json.Span);
        if (fault.Length > 0)
            throw new JsonException(fault);
        return JsonDocument.Parse(json, s_strict);
    }

    private static IReadOnlyList<MeasuredEvent> ReadNested(JsonElement log)
    {
        if (log.ValueKind != JsonValueKind.String)
            return ReadEvents(log);
        using JsonDocument document = Parse(Encoding.UTF8.GetBytes(log.GetString()!));
        return ReadEvents(document.RootElement);
    }

    private static IReadOnlyList<MeasuredEvent> ReadEvents(JsonElement array)
    {
        MalformedEventLogException.Require(array.ValueKind == JsonValueKind.Array, EventLogStage.Form, $"the event log is a {array.ValueKind}, not an array");
        MalformedEventLogException.Require(
            array.GetArrayLength() <= EventLogLimits.Events, EventLogStage.Form, $"{array.GetArrayLength()} events, at most {EventLogLimits.Events}");
        EventBuilder builder = new();
        foreach (JsonElement item in array.EnumerateArray())
        {
            MalformedEventLogException.Require(item.ValueKind == JsonValueKind.Object, EventLogStage.Event, $"event {builder.Events.Count} is no object");
            builder.Add(
                Number(item, "imr"), Number(item, "event_type"), Hex(item, "digest", RuntimeDigest.Size) ?? default, Text(item, "event"),
                Hex(item, "event_payload", EventLogLimits.PayloadBytes) ?? default,
                item.TryGetProperty("version", out _) ? (int)Math.Min(Number(item, "version"), int.MaxValue) : 1,
                Preimage(item));
        }
        return builder.Events;
    }

    private static uint Number(JsonElement item, string name)
    {
        bool fits = item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out _);
        MalformedEventLogException.Require(fits, EventLogStage.Event, $"an event's {name} is absent or no 32-bit number");
        return value.GetUInt32();
    }

    private static string Text(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return "";
        MalformedEventLogException.Require(value.ValueKind == JsonValueKind.String, EventLogStage.Event, $"an event's {name} is a {value.ValueKind}");
        return value.GetString()!;
    }

    /// <summary>Null where the property is absent.</summary>
    private static byte[]? Hex(JsonElement item, string name, int mostBytes)
    {
        if (!item.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        MalformedEventLogException.Require(value.ValueKind == JsonValueKind.String, EventLogStage.Event, $"{name} is a {value.ValueKind}, not hex");
        string text = value.GetString()!;
        MalformedEventLogException.Require(text.Length <= 2 * mostBytes, EventLogStage.Event, $"{name} has {text.Length} digits, at most {2 * mostBytes}");
        return FromHex(name, text);
    }

    private static byte[] FromHex(string name, string text)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new MalformedEventLogException(EventLogStage.Event, $"{name} is no hex");
        }
    }

    /// <summary>Hex of the preimage, or the preimage as text: a canonical one begins with a brace, which is no hex digit.</summary>
    private static ReadOnlyMemory<byte>? Preimage(JsonElement item)
    {
        string text = Text(item, "preimage");
        if (text.Length == 0)
            return null;
        return text[0] == '{' ? Encoding.UTF8.GetBytes(text) : FromHex("preimage", text);
    }
}

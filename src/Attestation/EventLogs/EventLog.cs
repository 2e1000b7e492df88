using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// What a machine says it extended its registers with, in order. Nothing in it is to be believed before <see cref="EventLogVerifier"/> has
/// replayed it against a verified quote; then the digests are true, and with them name and payload of runtime events.
/// </summary>
public sealed class EventLog
{
    internal EventLog(EventLogFormat format, IReadOnlyList<MeasuredEvent> events)
    {
        Format = format;
        Events = events;
    }

    /// <summary>How the log came.</summary>
    public EventLogFormat Format { get; }

    /// <summary>The events that extend a register, in the order of the log; at most 256.</summary>
    public IReadOnlyList<MeasuredEvent> Events { get; }

    /// <summary>The runtime events, in order.</summary>
    public IReadOnlyList<MeasuredEvent> RuntimeEvents => [.. Events.Where(measured => measured.IsRuntime)];

    /// <summary>How many of <see cref="RuntimeEvents"/> are the boot's, up to and with <c>system-ready</c>. The names of later ones are any application's choice.</summary>
    public int BootEventCount => Math.Min(RuntimeClaimsReader.BootEvents(RuntimeEvents) + 1, RuntimeEvents.Count);

    /// <summary>The quote that came with the log; empty where none did. Unverified.</summary>
    public ReadOnlyMemory<byte> Quote { get; internal init; }

    /// <summary>Reads a log in any of the <see cref="EventLogFormat"/>s, at most 4 MiB.</summary>
    /// <returns>False, with a stage and a cause, for anything malformed and for a runtime event that contradicts itself.</returns>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out EventLog? log, [NotNullWhen(false)] out EventLogError? error)
    {
        (log, error) = (null, null);
        try
        {
            log = Read(bytes);
        }
        catch (MalformedEventLogException malformed)
        {
            error = malformed.Error;
        }
        return log is not null;
    }

    private static EventLog Read(ReadOnlyMemory<byte> bytes)
    {
        MalformedEventLogException.Require(
            bytes.Length <= EventLogLimits.Bytes, EventLogStage.Form, $"{bytes.Length} bytes, at most {EventLogLimits.Bytes} are read");
        ReadOnlySpan<byte> text = bytes.Span.TrimStart(" \t\r\n"u8);
        if (text.Length > 0 && text[0] is (byte)'[' or (byte)'{')
            return DstackJsonReader.Read(bytes);
        if (CcelReader.Recognises(bytes.Span))
            return new CcelReader(bytes.Span).Read();
        if (DstackAttestationReader.Recognises(bytes.Span))
            return new DstackAttestationReader(bytes).Read();
        string start = bytes.IsEmpty ? "nothing" : Convert.ToHexStringLower(bytes.Span[..Math.Min(8, bytes.Length)]);
        throw new MalformedEventLogException(
            EventLogStage.Form, $"begins with {start}: neither JSON nor a CCEL table nor a dstack attestation of version 0");
    }

    /// <summary>Strict UTF-8: a name with another byte sequence has two readings.</summary>
    internal static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}

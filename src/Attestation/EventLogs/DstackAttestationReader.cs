using System.Buffers.Binary;
using System.Text;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// dstack's binary attestation, version 0, of a TDX machine: two zero bytes, the quote, the events, then what repeats them (not read). SCALE
/// coding: compact lengths, little-endian numbers.
/// </summary>
internal sealed class DstackAttestationReader(ReadOnlyMemory<byte> bytes)
{
    private int _position;

    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0, 0]);

    public EventLog Read()
    {
        MalformedEventLogException.Require(
            Recognises(bytes.Span), EventLogStage.Form, "the attestation is not of version 0 and a TDX machine");
        _position = 2;
        ReadOnlyMemory<byte> quote = Take(Compact("quote"), "quote");
        int count = Compact("event count");
        MalformedEventLogException.Require(count <= EventLogLimits.Events, EventLogStage.Form, $"{count} events, at most {EventLogLimits.Events}");
        EventBuilder builder = new();
        for (int i = 0; i < count; i++)
            ReadEvent(builder);
        return new EventLog(EventLogFormat.DstackAttestation, builder.Events) { Quote = quote.ToArray() };
    }

    private void ReadEvent(EventBuilder builder)
    {
        uint register = Number("register");
        uint type = Number("event type");
        ReadOnlyMemory<byte> digest = Take(Compact("digest"), "digest");
        ReadOnlyMemory<byte> name = Take(Compact("name"), "name");
        MalformedEventLogException.Require(name.Length <= EventLogLimits.NameBytes, EventLogStage.Event, $"a name of {name.Length} bytes");
        ReadOnlyMemory<byte> payload = Take(Compact("payload"), "payload");
        builder.Add(register, type, digest.ToArray(), Text(name.Span), payload.ToArray());
    }

    private static string Text(ReadOnlySpan<byte> name)
    {
        try
        {
            return EventLog.StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedEventLogException(EventLogStage.Event, "a name is no UTF-8");
        }
    }

    private int Compact(string what)
    {
        ReadOnlySpan<byte> rest = bytes.Span[_position..];
        int size = rest.IsEmpty ? 1 : 1 << (rest[0] & 3);
        // Mode 3 is for lengths beyond 2^30, which nothing here has.
        MalformedEventLogException.Require(size <= 4 && size <= rest.Length, EventLogStage.Form, $"length of the {what} at {_position} is cut off or too great");
        _position += size;
        uint coded = size switch
        {
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(rest),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(rest),
        };
        return (int)(coded >> 2);
    }

    private uint Number(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what).Span);

    private ReadOnlyMemory<byte> Take(int count, string what)
    {
        MalformedEventLogException.Require(
            count <= bytes.Length - _position, EventLogStage.Form, $"{what} of {count} bytes at {_position}, {bytes.Length - _position} left");
        ReadOnlyMemory<byte> taken = bytes.Slice(_position, count);
        _position += count;
        return taken;
    }
}

using System.Buffers.Binary;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// The firmware's CCEL table (TCG PC Client Platform Firmware Profile, section 10.2): one TCG_PCClientPCREvent that names the algorithms, then
/// TCG_PCR_EVENT2 records until the table's padding. Measurement registers count from 1: 1 to 4 are RTMR0 to RTMR3.
/// </summary>
internal ref struct CcelReader(ReadOnlySpan<byte> bytes)
{
    private const uint NoAction = 3;
    private const ushort Sha384 = 0x000C;
    private const uint Padding = 0xFFFF_FFFF;
    private const int Sha1Size = 20;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly Dictionary<ushort, int> _digestSizes = [];
    private int _position;

    private static ReadOnlySpan<byte> Signature => "Spec ID Event03\0"u8;

    public static bool Recognises(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 32 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == NoAction && bytes[32..].StartsWith(Signature);

    public EventLog Read()
    {
        ReadHeader();
        EventBuilder builder = new();
        // A table is padded with ones; some firmware ends it with zeros, which no register 0 record can be.
        for (int records = 0; !AtEnd(); records++)
        {
            MalformedEventLogException.Require(records < EventLogLimits.Events, EventLogStage.Form, $"more than {EventLogLimits.Events} records");
            ReadRecord(builder);
        }
        return new EventLog(EventLogFormat.Ccel, builder.Events);
    }

    private readonly bool AtEnd()
    {
        ReadOnlySpan<byte> rest = _bytes[_position..];
        return rest.IsEmpty
            || (rest.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(rest) == Padding)
            || rest.IndexOfAnyExcept((byte)0xFF) < 0
            || rest.IndexOfAnyExcept((byte)0) < 0;
    }

    private void ReadHeader()
    {
        Take(sizeof(uint) + sizeof(uint) + Sha1Size, "header event");
        int size = Length("header event");
        int end = _position + size;
        Take(Signature.Length, "signature");
        Take(sizeof(uint) + 4, "specification version");
        uint algorithms = Number32("number of algorithms");
        MalformedEventLogException.Require(algorithms is > 0 and <= EventLogLimits.Algorithms, EventLogStage.Form, $"{algorithms} digest algorithms");
        for (int i = 0; i < algorithms; i++)
        {
            ushort algorithm = Number16("algorithm");
            ushort digestSize = Number16("digest size");
            bool sane = digestSize is > 0 and <= 64 && (algorithm != Sha384 || digestSize == RuntimeDigest.Size);
            MalformedEventLogException.Require(
                sane && _digestSizes.TryAdd(algorithm, digestSize), EventLogStage.Form, $"algorithm 0x{algorithm:x4} of {digestSize} bytes is doubled or impossible");
        }
        MalformedEventLogException.Require(_digestSizes.ContainsKey(Sha384), EventLogStage.Form, "the table has no SHA-384 digests");
        MalformedEventLogException.Require(_position <= end, EventLogStage.Form, $"the header event of {size} bytes is too short for what it lists");
        _position = end;
    }

    private void ReadRecord(EventBuilder builder)
    {
        uint index = Number32("register");
        uint type = Number32("event type");
        uint count = Number32("number of digests");
        MalformedEventLogException.Require(count <= EventLogLimits.Algorithms, EventLogStage.Event, $"event {builder.Events.Count}: {count} digests");
        byte[]? digest = null;
        for (int i = 0; i < count; i++)
        {
            ushort algorithm = Number16("digest algorithm");
            MalformedEventLogException.Require(
                _digestSizes.TryGetValue(algorithm, out int digestSize), EventLogStage.Event, $"event {builder.Events.Count}: algorithm 0x{algorithm:x4} is not listed");
            ReadOnlySpan<byte> value = Take(digestSize, "digest");
            if (algorithm != Sha384)
                continue;
            MalformedEventLogException.Require(digest is null, EventLogStage.Event, $"event {builder.Events.Count}: two SHA-384 digests");
            digest = value.ToArray();
        }
        ReadOnlySpan<byte> payload = Take(Length("event"), "event");
        if (type == NoAction)
            return;
        MalformedEventLogException.Require(index is >= 1 and <= 4, EventLogStage.Event, $"event {builder.Events.Count}: register {index} is not 1..4");
        MalformedEventLogException.Require(digest is not null, EventLogStage.Event, $"event {builder.Events.Count} has no SHA-384 digest");
        // The table has no names: a runtime event in it stays nameless, so nothing can be claimed by it.
        builder.Append(new MeasuredEvent((int)index - 1, type, "", payload.ToArray(), digest));
    }

    private int Length(string what)
    {
        uint length = Number32($"size of the {what}");
        MalformedEventLogException.Require(
            length <= EventLogLimits.PayloadBytes && length <= _bytes.Length - _position, EventLogStage.Form,
            $"{what} of {length} bytes at {_position}, {_bytes.Length - _position} left");
        return (int)length;
    }

    private uint Number32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    private ushort Number16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort), what));

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        MalformedEventLogException.Require(
            count <= _bytes.Length - _position, EventLogStage.Form, $"{what} of {count} bytes at {_position}, {_bytes.Length - _position} left");
        ReadOnlySpan<byte> taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }
}

using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Text;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>Inputs of 64 kB that are made to cost as much as they can before they are refused, with the group of readers they are for.</summary>
internal static class HostileInputs
{
    private const int Size = 65_536;

    public static IReadOnlyList<(string Name, string Group, byte[] Bytes)> Create()
    {
        FuzzSamples samples = FuzzSamples.Load();
        byte[] quote = samples.Quotes[0];
        string tcbInfo = Encoding.UTF8.GetString(samples.Collateral.TcbInfo.Span);
        return
        [
            ("quote with 59 kB of authentication data", "quote", WithAuthenticationData(quote, 59_000)),
            ("quote with white space for a chain", "quote", WithChain(quote, Filled(" \r\n"))),
            ("quote with base64 without end", "quote", WithChain(quote, Filled("-----BEGIN CERTIFICATE-----\n", "A"))),
            ("quote with empty certificates", "quote", WithChain(quote, Filled("-----BEGIN CERTIFICATE----------END CERTIFICATE-----"))),
            ("quote with NULs behind", "quote", [.. quote, .. new byte[Size - quote.Length]]),
            ("nested sequences", "der", Nested(0x30)),
            ("nested sets", "der", Nested(0x31)),
            ("indefinite lengths", "der", Filled("\u0030\u0080")),
            ("list of the shortest entries", "der", RevocationList(entrySerial: 1)),
            ("list of long serials", "der", RevocationList(entrySerial: 1_000)),
            ("one integer", "der", Tagged(0x02)),
            ("one object identifier", "der", Tagged(0x06)),
            ("nested arrays", "json", Filled("[")),
            ("nested objects", "json", Filled("{\"a\":")),
            ("one long number", "json", Filled("{\"version\":", "1")),
            ("one long text of escapes", "json", [.. Filled("{\"id\":\"", "\\u0041")[..^2], .. "\"}"u8]),
            ("a wrong literal and much behind it", "json", Filled("{\"id\":tr", "\"],\"a")),
            ("many names", "json", Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 7_200).Select(i => $"\"{i:x}\":0")) + "}")),
            ("many levels", "json", Levels(tcbInfo)),
            ("white space", "json", Filled(" ")),
            ("runtime events", "eventlog", Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("""{"imr":3,"event_type":134217729,"event":"0123456789012345678901234567890123456789","event_payload":"{0}"}""".Replace("{0}", new string('0', 130)), 256))}]")),
            ("too many runtime events", "eventlog", [.. Filled("[", "{\"imr\":3,\"event_type\":134217729},")[..^1], (byte)']']),
            ("events of a table without digests", "eventlog", [.. EventLogSamples.Ccel[0][..65], .. Filled("\u0001\0\0\0\u0003\0\0\0\0\0\0\0\0\0\0\0")[65..]]),
            ("compose file of short lines", "eventlog", [.. Filled("{\"docker_compose_file\":\"services:", "\\n a: b")[..^8], .. "\"}"u8]),
            ("compose file of images", "eventlog", [.. Filled("{\"docker_compose_file\":\"services:\\n a:\\n", "  image: y\\n")[..^13], .. "\"}"u8]),
            ("compose file of one line", "eventlog", [.. Filled("{\"docker_compose_file\":\"", "- ")[..^2], .. "\"}"u8]),
            ("TCB info behind white space", "json", [.. Filled(" ")[..(Size - tcbInfo.Length)], .. Encoding.UTF8.GetBytes(tcbInfo)]),
        ];
    }

    private static byte[] Filled(string piece) => Filled("", piece);

    private static byte[] Filled(string start, string piece)
    {
        StringBuilder text = new(start);
        while (text.Length + piece.Length <= Size)
            text.Append(piece);
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>As many levels of definite-length containers as fit.</summary>
    private static byte[] Nested(byte tag)
    {
        byte[] bytes = new byte[Size];
        int at = Size;
        for (int inner = 0; at >= 4; inner = Size - at)
        {
            at -= 4;
            bytes[at] = tag;
            bytes[at + 1] = 0x82;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 2), (ushort)Math.Min(inner, ushort.MaxValue));
        }
        return bytes;
    }

    private static byte[] Tagged(byte tag)
    {
        byte[] bytes = new byte[Size];
        Array.Fill(bytes, (byte)0x81);
        bytes[0] = tag;
        bytes[1] = 0x82;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), Size - 4);
        bytes[^1] = 1;
        return bytes;
    }

    private static byte[] RevocationList(int entrySerial)
    {
        byte[] serial = new byte[entrySerial];
        Array.Fill(serial, (byte)1);
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                WriteAlgorithm(writer);
                writer.PushSequence().Dispose();
                writer.WriteUtcTime(DateTimeOffset.UnixEpoch);
                writer.WriteUtcTime(DateTimeOffset.UnixEpoch);
                using AsnWriter.Scope entries = writer.PushSequence();
                for (int size = 0; size + entrySerial + 21 < Size - 256; size += entrySerial + 21)
                {
                    using AsnWriter.Scope entry = writer.PushSequence();
                    writer.WriteInteger(serial);
                    writer.WriteUtcTime(DateTimeOffset.UnixEpoch);
                }
            }
            WriteAlgorithm(writer);
            writer.WriteBitString(new byte[70]);
        }
        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using AsnWriter.Scope scope = writer.PushSequence();
        writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
    }

    private static byte[] Levels(string tcbInfo)
    {
        const string start = "\"tcbLevels\":[{\"tcb\":{\"sgx";
        int at = tcbInfo.IndexOf(start, StringComparison.Ordinal) + "\"tcbLevels\":[".Length;
        string levels = tcbInfo[at..^2];
        StringBuilder text = new(tcbInfo);
        while (text.Length + levels.Length + 1 <= Size)
            text.Insert(at, levels + ",");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private const int AuthenticationSize = 636 + 582;

    private static byte[] WithAuthenticationData(byte[] quote, int size)
    {
        int chain = AuthenticationSize + 2 + 32;
        byte[] changed = [.. quote[..(AuthenticationSize + 2)], .. new byte[size], .. quote[chain..]];
        BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(AuthenticationSize), (ushort)size);
        return Resized(changed, changed.Length - quote.Length);
    }

    private static byte[] WithChain(byte[] quote, byte[] chain)
    {
        int at = AuthenticationSize + 2 + 32 + 6;
        byte[] changed = [.. quote[..at], .. chain[..(Size - at)]];
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at - 4), changed.Length - at);
        return Resized(changed, changed.Length - quote.Length);
    }

    /// <summary>Signature data and outer certification data grow with what is inside.</summary>
    private static byte[] Resized(byte[] quote, int growth)
    {
        foreach (int at in (int[])[632, 636 + 130])
            BinaryPrimitives.WriteInt32LittleEndian(quote.AsSpan(at), BinaryPrimitives.ReadInt32LittleEndian(quote.AsSpan(at)) + growth);
        return quote;
    }
}

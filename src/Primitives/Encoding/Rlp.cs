using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>Recursive length prefix, Ethereum's serialization (Yellow Paper, appendix B); decoding accepts only the canonical form.</summary>
public static class Rlp
{
    /// <summary>The deepest nesting of lists that is decoded.</summary>
    public const int MaxDepth = 32;

    /// <summary>The canonical encoding.</summary>
    public static byte[] Encode(RlpItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ByteWriter writer = new();
        Write(writer, item);
        return writer.ToArray();
    }

    /// <summary>The item that all of <paramref name="data"/> encodes. Work and memory are linear in the data.</summary>
    /// <exception cref="MalformedDataException">Truncated, not canonical, nested too deeply, or followed by other bytes.</exception>
    public static RlpItem Decode(ReadOnlySpan<byte> data)
    {
        BoundedReader reader = new(data);
        var item = Read(ref reader, 0);
        reader.ExpectEnd("RLP item");
        return item;
    }

    private static void Write(ByteWriter writer, RlpItem item)
    {
        if (!item.IsList)
        {
            if (item.Data.Length != 1 || item.Data[0] >= 0x80)
                WriteHeader(writer, 0x80, item.Data.Length);
            writer.Write(item.Data);
            return;
        }
        ByteWriter payload = new();
        foreach (var child in item.Items)
            Write(payload, child);
        WriteHeader(writer, 0xc0, payload.Count);
        writer.Write(payload.WrittenSpan);
    }

    private static void WriteHeader(ByteWriter writer, byte offset, int length)
    {
        if (length <= 55)
        {
            writer.WriteByte((byte)(offset + length));
            return;
        }
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        bytes = bytes.TrimStart((byte)0);
        writer.WriteByte((byte)(offset + 55 + bytes.Length));
        writer.Write(bytes);
    }

    private static RlpItem Read(ref BoundedReader reader, int depth)
    {
        if (depth > MaxDepth)
            throw new MalformedDataException($"RLP at offset {reader.Offset} is nested deeper than {MaxDepth}.");
        var prefix = reader.ReadByte("RLP prefix");
        if (prefix < 0x80)
            return RlpItem.FromBytes([prefix]);
        var isList = prefix >= 0xc0;
        var payload = reader.ReadSpan(ReadLength(ref reader, prefix - (isList ? 0xc0 : 0x80)), "RLP payload");
        if (isList)
            return ReadList(payload, depth);
        if (payload.Length == 1 && payload[0] < 0x80)
            throw new MalformedDataException("An RLP byte below 0x80 must stand for itself.");
        return RlpItem.FromBytes(payload);
    }

    private static RlpItem ReadList(ReadOnlySpan<byte> payload, int depth)
    {
        List<RlpItem> items = [];
        BoundedReader reader = new(payload);
        while (reader.Remaining > 0)
            items.Add(Read(ref reader, depth + 1));
        return RlpItem.FromList(items);
    }

    private static ulong ReadLength(ref BoundedReader reader, int code)
    {
        if (code <= 55)
            return (ulong)code;
        var bytes = reader.ReadSpan(code - 55, "RLP length");
        ulong length = 0;
        foreach (var next in bytes)
            length = length << 8 | next;
        return bytes[0] != 0 && length > 55
            ? length
            : throw new MalformedDataException($"The RLP length before offset {reader.Offset} is not in its shortest form.");
    }
}

using System.Buffers.Binary;
using System.Text;

namespace TeeTee.Inference.Gguf;

/// <summary>Reads the key-value pairs; every length is checked against the file before memory is taken for it.</summary>
internal sealed class GgufMetadataReader(GgufReader reader)
{
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    public Dictionary<string, GgufValue> ReadAll(int count)
    {
        Dictionary<string, GgufValue> values = [];
        long start = reader.Position;
        for (int i = 0; i < count; i++)
        {
            long at = reader.Position;
            string key = ReadText(GgufLimits.MaxKeyBytes, "a key");
            if (key.Length == 0)
                throw reader.Fault(at, $"key {i} is empty");
            if (!values.TryAdd(key, ReadValue(key)))
                throw reader.Fault(at, $"key {key} occurs twice");
            if (reader.Position - start > GgufLimits.MaxMetadataBytes)
                throw reader.Fault(at, $"metadata exceeds {GgufLimits.MaxMetadataBytes} bytes");
        }
        return values;
    }

    public string ReadText(int cap, string what)
    {
        long at = reader.Position;
        byte[] bytes = reader.ReadString(cap, what);
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw reader.Fault(at, $"{what} is not valid UTF-8");
        }
    }

    private GgufValue ReadValue(string key)
    {
        long at = reader.Position;
        uint type = reader.ReadUInt32();
        object content = type == (uint)GgufValueType.Array ? ReadArray(key, at, ref type) : ReadScalar(key, type, at);
        string name = ((GgufValueType)type).ToString();
        return new GgufValue(content, content is Array and not byte[] or GgufStrings ? $"array of {name}" : name, at);
    }

    private object ReadScalar(string key, uint type, long at) => (GgufValueType)type switch
    {
        GgufValueType.UInt8 => (ulong)reader.ReadByte(),
        GgufValueType.Int8 => (long)(sbyte)reader.ReadByte(),
        GgufValueType.UInt16 => (ulong)reader.ReadUInt16(),
        GgufValueType.Int16 => (long)(short)reader.ReadUInt16(),
        GgufValueType.UInt32 => (ulong)reader.ReadUInt32(),
        GgufValueType.Int32 => (long)(int)reader.ReadUInt32(),
        GgufValueType.UInt64 => reader.ReadUInt64(),
        GgufValueType.Int64 => (long)reader.ReadUInt64(),
        GgufValueType.Float32 => BitConverter.UInt32BitsToSingle(reader.ReadUInt32()),
        GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(reader.ReadUInt64()),
        GgufValueType.Bool => ReadBool(key),
        GgufValueType.String => reader.ReadString(GgufLimits.MaxStringBytes, $"the value of {key}"),
        _ => throw reader.Fault(at, $"{key} has the unknown value type {type}"),
    };

    private bool ReadBool(string key)
    {
        long at = reader.Position;
        byte value = reader.ReadByte();
        return value <= 1 ? value == 1 : throw reader.Fault(at, $"{key} is a bool with the value {value}");
    }

    private object ReadArray(string key, long at, ref uint type)
    {
        type = reader.ReadUInt32();
        ulong count = reader.ReadUInt64();
        if (type == (uint)GgufValueType.Array)
            throw reader.Fault(at, $"{key} is an array of arrays, which is not supported");
        int width = Width(type);
        if (width == 0)
            throw reader.Fault(at, $"{key} is an array of the unknown type {type}");
        if (count > GgufLimits.MaxArrayElements)
            throw reader.Fault(at, $"{key} claims {count} elements, at most {GgufLimits.MaxArrayElements} are accepted");
        if (count * (ulong)width > (ulong)reader.Remaining)
            throw reader.Fault(at, $"{key} claims {count} elements, the file has {reader.Remaining} bytes left");
        return type == (uint)GgufValueType.String ? ReadStrings(key, (int)count) : ReadNumbers(key, type, (int)count, width);
    }

    /// <summary>Least bytes of one element; for a string that is its length field.</summary>
    private static int Width(uint type) => (GgufValueType)type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 or GgufValueType.String => 8,
        _ => 0,
    };

    private GgufStrings ReadStrings(string key, int count)
    {
        int[] ends = new int[count];
        byte[] bytes = new byte[Math.Min(count * 8L, reader.Remaining)];
        int used = 0;
        for (int i = 0; i < count; i++)
        {
            long at = reader.Position;
            int length = reader.ReadLength(GgufLimits.MaxStringBytes, $"an element of {key}");
            if (used + (long)length > GgufLimits.MaxMetadataBytes)
                throw reader.Fault(at, $"the strings of {key} exceed {GgufLimits.MaxMetadataBytes} bytes");
            if (used + length > bytes.Length)
                Array.Resize(ref bytes, (int)Math.Max(used + (long)length, Math.Min(bytes.Length * 2L, int.MaxValue / 2)));
            reader.ReadInto(bytes.AsSpan(used, length), $"an element of {key}");
            ends[i] = used += length;
        }
        return new GgufStrings(bytes, ends);
    }

    private object ReadNumbers(string key, uint type, int count, int width)
    {
        byte[] bytes = new byte[count * (long)width];
        reader.ReadInto(bytes, $"the elements of {key}");
        return (GgufValueType)type switch
        {
            GgufValueType.Float32 => Convert(bytes, width, BinaryPrimitives.ReadSingleLittleEndian),
            GgufValueType.Float64 => Convert(bytes, width, BinaryPrimitives.ReadDoubleLittleEndian),
            GgufValueType.Int32 => Convert(bytes, width, BinaryPrimitives.ReadInt32LittleEndian),
            GgufValueType.UInt32 => Convert(bytes, width, BinaryPrimitives.ReadUInt32LittleEndian),
            GgufValueType.Int64 => Convert(bytes, width, BinaryPrimitives.ReadInt64LittleEndian),
            GgufValueType.UInt64 => Convert(bytes, width, BinaryPrimitives.ReadUInt64LittleEndian),
            GgufValueType.Int16 => Convert(bytes, width, BinaryPrimitives.ReadInt16LittleEndian),
            GgufValueType.UInt16 => Convert(bytes, width, BinaryPrimitives.ReadUInt16LittleEndian),
            GgufValueType.Int8 => Convert(bytes, width, static item => (sbyte)item[0]),
            _ => Convert(bytes, width, static item => (short)item[0]),
        };
    }

    private static T[] Convert<T>(byte[] bytes, int width, Func<ReadOnlySpan<byte>, T> convert)
    {
        T[] items = new T[bytes.Length / width];
        for (int i = 0; i < items.Length; i++)
            items[i] = convert(bytes.AsSpan(i * width, width));
        return items;
    }
}

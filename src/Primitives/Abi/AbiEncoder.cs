using System.Buffers.Binary;
using System.Collections;
using System.Text;

namespace TeeTee.Primitives;

internal static class AbiEncoder
{
    public static byte[] Sequence(IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        if (types.Count != values.Count)
            throw new ArgumentException($"{types.Count} types, but {values.Count} values.", nameof(values));
        return Sequence(types.Count, index => types[index], index => values[index]);
    }

    private static byte[] Sequence(int count, Func<int, AbiType> type, Func<int, object?> value)
    {
        ByteWriter head = new();
        ByteWriter tail = new();
        var headSize = 0;
        for (var i = 0; i < count; i++)
            headSize = checked(headSize + type(i).HeadSize);
        for (var i = 0; i < count; i++)
        {
            var encoded = Value(type(i), value(i));
            if (type(i).IsDynamic)
                WriteNumber(head, headSize + tail.Count);
            (type(i).IsDynamic ? tail : head).Write(encoded);
        }
        head.Write(tail.WrittenSpan);
        return head.ToArray();
    }

    private static byte[] Value(AbiType type, object? value)
    {
        switch (type.Kind)
        {
            case AbiKind.Bytes:
                return Padded(ToBytes(value, type));
            case AbiKind.String:
                return Padded(Encoding.UTF8.GetBytes(AbiWords.Expect<string>(value, type)));
            case AbiKind.Array:
                return Counted(type, Items(type, value));
            case AbiKind.FixedArray or AbiKind.Tuple:
                var items = Items(type, value);
                return Sequence(items.Count, index => type.Element ?? type.Components[index], index => items[index]);
            default:
                var word = new byte[AbiWords.Size];
                AbiWords.Encode(type, value ?? throw AbiWords.Mismatch(value, type), word);
                return word;
        }
    }

    internal static byte[] ToBytes(object? value, AbiType type) => value switch
    {
        Bytes32 hash => hash.ToArray(),
        Signature signature => signature.ToArray(),
        ReadOnlyMemory<byte> memory => memory.ToArray(),
        _ => AbiWords.Expect<byte[]>(value, type),
    };

    /// <summary>The members of an array or tuple, their number checked.</summary>
    internal static IList Items(AbiType type, object? value)
    {
        var items = AbiWords.Expect<IList>(value, type);
        var expected = type.Kind switch
        {
            AbiKind.FixedArray => type.Size,
            AbiKind.Tuple => type.Components.Count,
            _ => items.Count,
        };
        return items.Count == expected
            ? items
            : throw new ArgumentException($"{type} takes {expected} values, got {items.Count}.");
    }

    private static byte[] Counted(AbiType type, IList items)
    {
        ByteWriter writer = new();
        WriteNumber(writer, items.Count);
        writer.Write(Sequence(items.Count, _ => type.Element!, index => items[index]));
        return writer.ToArray();
    }

    private static byte[] Padded(byte[] data)
    {
        ByteWriter writer = new();
        WriteNumber(writer, data.Length);
        writer.Write(data);
        writer.Write(new byte[(32 - data.Length % 32) % 32]);
        return writer.ToArray();
    }

    private static void WriteNumber(ByteWriter writer, int number)
    {
        Span<byte> word = stackalloc byte[AbiWords.Size];
        word.Clear();
        BinaryPrimitives.WriteInt32BigEndian(word[28..], number);
        writer.Write(word);
    }
}

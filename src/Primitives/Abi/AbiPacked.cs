using System.Text;

namespace TeeTee.Primitives;

/// <summary>
/// Solidity's <c>abi.encodePacked</c> for elementary types, bytes and string. Two dynamic values side by side are
/// ambiguous; hash them separately where that matters.
/// </summary>
public static class AbiPacked
{
    /// <summary>The values one after another, each in its natural size.</summary>
    /// <exception cref="ArgumentException">An array or tuple, or a value that does not fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(values);
        if (types.Count != values.Count)
            throw new ArgumentException($"{types.Count} types, but {values.Count} values.", nameof(values));
        ByteWriter writer = new();
        for (var i = 0; i < types.Count; i++)
            Write(writer, types[i], values[i]);
        return writer.ToArray();
    }

    private static void Write(ByteWriter writer, AbiType type, object value)
    {
        if (type.Kind is AbiKind.Array or AbiKind.FixedArray or AbiKind.Tuple)
            throw new ArgumentException($"{type} is not supported in packed encoding.");
        if (type.Kind == AbiKind.Bytes)
            writer.Write(AbiEncoder.ToBytes(value, type));
        else if (type.Kind == AbiKind.String)
            writer.Write(Encoding.UTF8.GetBytes(AbiWords.Expect<string>(value, type)));
        else
            WriteWord(writer, type, value);
    }

    private static void WriteWord(ByteWriter writer, AbiType type, object value)
    {
        Span<byte> word = stackalloc byte[AbiWords.Size];
        AbiWords.Encode(type, value, word);
        writer.Write(type.Kind switch
        {
            AbiKind.FixedBytes => word[..type.Size],
            AbiKind.Address => word[12..],
            AbiKind.Bool => word[31..],
            _ => word[(AbiWords.Size - type.Size / 8)..],
        });
    }
}

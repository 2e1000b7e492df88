using TeeTee.Primitives;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Every variant of an ABI value in which one bytes or array is one longer or one shorter.</summary>
internal static class ResizedParts
{
    public static IEnumerable<byte[]> Of(AbiType type, byte[] encoded)
    {
        foreach (object changed in Changed(type, AbiCodec.Decode([type], encoded)[0]))
            yield return AbiCodec.Encode([type], [changed]);
    }

    private static IEnumerable<object> Changed(AbiType type, object value)
    {
        switch (type.Kind)
        {
            case AbiKind.Bytes:
                byte[] bytes = (byte[])value;
                yield return (byte[])[.. bytes, 0];
                if (bytes.Length > 0)
                    yield return bytes[..^1];
                break;
            case AbiKind.Array:
                object[] items = (object[])value;
                yield return (object[])[.. items, items.Length > 0 ? items[^1] : Default(type.Element!)];
                if (items.Length > 0)
                    yield return items[..^1];
                for (int i = 0; i < Math.Min(items.Length, 2); i++)
                {
                    foreach (object changed in Changed(type.Element!, items[i]))
                        yield return Replaced(items, i, changed);
                }

                break;
            case AbiKind.Tuple:
                for (int i = 0; i < type.Components.Count; i++)
                {
                    foreach (object changed in Changed(type.Components[i], ((object[])value)[i]))
                        yield return Replaced((object[])value, i, changed);
                }

                break;
        }
    }

    private static object[] Replaced(object[] items, int index, object item)
    {
        object[] copy = (object[])items.Clone();
        copy[index] = item;
        return copy;
    }

    private static object Default(AbiType type) => type.Kind switch
    {
        AbiKind.Bytes => Array.Empty<byte>(),
        AbiKind.Array => Array.Empty<object>(),
        AbiKind.Tuple => (object[])[.. type.Components.Select(Default)],
        _ => Bytes32.Zero,
    };
}

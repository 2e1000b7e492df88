using TeeTee.Primitives;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Where in an ABI encoding the values lie: one byte of every hash and of every non-empty bytes, first and last of each array.</summary>
internal static class OpenedBytes
{
    public static IEnumerable<int> Offsets(AbiType type, byte[] encoded)
    {
        object[] value = AbiCodec.Decode([type], encoded);
        foreach (object changed in Changed(type, value[0]))
        {
            byte[] other = AbiCodec.Encode([type], [changed]);
            yield return Enumerable.Range(0, encoded.Length).First(i => encoded[i] != other[i]);
        }
    }

    private static IEnumerable<object> Changed(AbiType type, object value)
    {
        switch (type.Kind)
        {
            case AbiKind.Bytes when ((byte[])value).Length > 0:
                byte[] bytes = (byte[])((byte[])value).Clone();
                bytes[bytes.Length / 2] ^= 1;
                yield return bytes;
                break;
            case AbiKind.FixedBytes:
                byte[] hash = ((Bytes32)value).ToArray();
                hash[17] ^= 1;
                yield return new Bytes32(hash);
                break;
            case AbiKind.Tuple:
                foreach (object changed in InItems((object[])value, i => type.Components[i], Enumerable.Range(0, type.Components.Count)))
                    yield return changed;
                break;
            case AbiKind.Array when ((object[])value).Length > 0:
                int last = ((object[])value).Length - 1;
                foreach (object changed in InItems((object[])value, _ => type.Element!, last == 0 ? [0] : [0, last]))
                    yield return changed;
                break;
        }
    }

    private static IEnumerable<object> InItems(object[] items, Func<int, AbiType> type, IEnumerable<int> indices)
    {
        foreach (int i in indices)
        {
            foreach (object changed in Changed(type(i), items[i]))
            {
                object[] copy = (object[])items.Clone();
                copy[i] = changed;
                yield return copy;
            }
        }
    }
}

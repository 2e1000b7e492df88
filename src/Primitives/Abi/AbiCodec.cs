namespace TeeTee.Primitives;

/// <summary>
/// The contract ABI's encoding of a sequence of values, strict in both directions.
/// <para>Values: integers of at most 64 bits decode as <see cref="ulong"/> or <see cref="long"/>, of at most 128 as
/// <see cref="UInt128"/> or <see cref="Int128"/>, larger ones as <see cref="System.Numerics.BigInteger"/>, and any
/// integral type that fits encodes; bool; address as <see cref="Address"/>; bytes32 as <see cref="Bytes32"/>; other
/// bytesN and bytes as <see cref="T:byte[]"/>; string; arrays and tuples as <see cref="T:object[]"/> (any
/// <see cref="System.Collections.IList"/> encodes).</para>
/// </summary>
public static class AbiCodec
{
    /// <summary>Encodes <paramref name="values"/> like the arguments of a call, without selector.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(values);
        return AbiEncoder.Sequence(types, values);
    }

    /// <summary>
    /// Decodes what <see cref="Encode"/> wrote. Every byte must be used exactly once: canonical padding, offsets inside
    /// the data, no overlaps, no gaps, nothing after the end, so no two encodings decode to the same values.
    /// Work and memory are linear in the data.
    /// </summary>
    /// <exception cref="MalformedDataException">The data is anything else.</exception>
    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(types);
        AbiDecoder decoder = new(data);
        return decoder.All(types);
    }
}

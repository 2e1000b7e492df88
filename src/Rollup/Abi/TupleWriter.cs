using System.Buffers.Binary;
using System.Text;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Abi;

/// <summary>
/// Writes one ABI tuple (Solidity ABI specification, "Formal Specification of the Encoding"): a head of 32-byte words, then the
/// dynamic members in order. Static nested tuples are written by writing their fields here.
/// </summary>
public sealed class TupleWriter
{
    private readonly List<byte[]> _head = [];
    private readonly List<(int Word, byte[] Body)> _tail = [];

    public TupleWriter Number(UInt128 value)
    {
        byte[] word = new byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(word.AsSpan(16), value);
        _head.Add(word);
        return this;
    }

    /// <summary>Words that are encoded already, a static nested tuple for one.</summary>
    /// <exception cref="ArgumentException">The length is no multiple of 32.</exception>
    public TupleWriter Words(ReadOnlySpan<byte> words)
    {
        if (words.Length % 32 != 0)
            throw new ArgumentException($"Expected whole words, got {words.Length} bytes.", nameof(words));
        for (int i = 0; i < words.Length; i += 32)
            _head.Add(words.Slice(i, 32).ToArray());
        return this;
    }

    public TupleWriter Flag(bool value) => Number(value ? 1u : 0u);

    public TupleWriter Hash(Bytes32 value)
    {
        _head.Add(value.ToArray());
        return this;
    }

    public TupleWriter Account(Address value)
    {
        byte[] word = new byte[32];
        value.CopyTo(word.AsSpan(12));
        _head.Add(word);
        return this;
    }

    public TupleWriter Blob(ReadOnlySpan<byte> value)
    {
        byte[] body = new byte[32 + (value.Length + 31) / 32 * 32];
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(28), (uint)value.Length);
        value.CopyTo(body.AsSpan(32));
        return Dynamic(body);
    }

    public TupleWriter Text(string value) => Blob(Encoding.UTF8.GetBytes(value));

    /// <summary>An array of static members: its length, then what <paramref name="write"/> appends for each.</summary>
    public TupleWriter Array<T>(IReadOnlyCollection<T> values, Action<TupleWriter, T> write)
    {
        TupleWriter body = new();
        body.Number((uint)values.Count);
        foreach (T value in values)
            write(body, value);
        return Dynamic(body.ToArray());
    }

    /// <summary>A dynamic member whose encoding is already complete.</summary>
    public TupleWriter Dynamic(byte[] body)
    {
        _tail.Add((_head.Count, body));
        _head.Add([]);
        return this;
    }

    public byte[] ToArray()
    {
        byte[] result = new byte[_head.Count * 32 + _tail.Sum(t => t.Body.Length)];
        for (int i = 0; i < _head.Count; i++)
            _head[i].CopyTo(result, i * 32);
        int offset = _head.Count * 32;
        foreach ((int word, byte[] body) in _tail)
        {
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(word * 32 + 28), (uint)offset);
            body.CopyTo(result, offset);
            offset += body.Length;
        }

        return result;
    }
}

using System.Buffers.Binary;
using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Abi;

/// <summary>
/// Reads one ABI tuple from hostile bytes. Never throws and never reads outside: the first violation sets <see cref="Failed"/> and
/// everything read from then on is a default. It accepts a superset of canonical encodings; callers compare with their re-encoding.
/// </summary>
public ref struct TupleReader
{
    private static readonly byte[] s_zero = new byte[32];

    private readonly ReadOnlySpan<byte> _tuple;
    private int _position;

    public TupleReader(ReadOnlySpan<byte> tuple) => _tuple = tuple;

    public bool Failed { get; private set; }

    public UInt128 U128()
    {
        ReadOnlySpan<byte> word = Word();
        if (word[..16].ContainsAnyExcept((byte)0))
            Failed = true;
        return Failed ? 0 : BinaryPrimitives.ReadUInt128BigEndian(word[16..]);
    }

    public ulong U64() => (ulong)Bounded(ulong.MaxValue);

    public uint U32() => (uint)Bounded(uint.MaxValue);

    public ushort U16() => (ushort)Bounded(ushort.MaxValue);

    public byte U8(byte highest) => (byte)Bounded(highest);

    public bool Flag() => Bounded(1) == 1;

    public Bytes32 Hash() => new(Word());

    public Address Account()
    {
        ReadOnlySpan<byte> word = Word();
        if (word[..12].ContainsAnyExcept((byte)0))
            Failed = true;
        return new Address(word[12..]);
    }

    /// <summary>A dynamic <c>bytes</c> of at most <paramref name="longest"/> bytes.</summary>
    public ReadOnlySpan<byte> Blob(int longest)
    {
        TupleReader body = Dynamic();
        int length = (int)body.Bounded((uint)longest);
        if (body.Failed || length > body._tuple.Length - 32)
        {
            Failed = true;
            return [];
        }

        return body._tuple.Slice(32, length);
    }

    /// <summary>The reader of a dynamic array of one-word members and its length, at most <paramref name="most"/>.</summary>
    public TupleReader Array(int most, out int count)
    {
        TupleReader body = Dynamic();
        count = (int)body.Bounded((uint)most);
        if (body.Failed || count > (body._tuple.Length - 32) / 32)
        {
            Failed = true;
            count = 0;
        }

        return body;
    }

    /// <summary>A dynamic array of at most <paramref name="most"/> hashes.</summary>
    public ImmutableArray<Bytes32> Hashes(int most)
    {
        TupleReader words = Array(most, out int count);
        var hashes = ImmutableArray.CreateBuilder<Bytes32>(count);
        for (int i = 0; i < count; i++)
            hashes.Add(words.Hash());
        Join(words.Failed);
        return hashes.MoveToImmutable();
    }

    /// <summary>The reader of a dynamic member; its offsets count from its own start.</summary>
    public TupleReader Dynamic()
    {
        int offset = (int)Bounded((uint)_tuple.Length);
        return new TupleReader(Failed ? [] : _tuple[offset..]) { Failed = Failed };
    }

    /// <summary>Takes over the failure of a nested reader.</summary>
    public void Join(bool nestedFailed) => Failed |= nestedFailed;

    private UInt128 Bounded(UInt128 highest)
    {
        UInt128 value = U128();
        if (value > highest)
            Failed = true;
        return Failed ? 0 : value;
    }

    private ReadOnlySpan<byte> Word()
    {
        if (Failed || _tuple.Length - _position < 32)
        {
            Failed = true;
            return s_zero;
        }

        ReadOnlySpan<byte> word = _tuple.Slice(_position, 32);
        _position += 32;
        return word;
    }
}

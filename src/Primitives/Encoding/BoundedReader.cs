using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>
/// Reads values one after another from untrusted bytes; nothing is allocated and no length is trusted. Every method
/// throws <see cref="MalformedDataException"/>, naming <c>what</c> was read, if too few bytes are left.
/// </summary>
public ref struct BoundedReader
{
    private readonly ReadOnlySpan<byte> _data;

    public BoundedReader(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>The number of bytes read.</summary>
    public int Offset { get; private set; }

    /// <summary>The number of bytes left.</summary>
    public readonly int Remaining => _data.Length - Offset;

    /// <summary>The next <paramref name="length"/> bytes, not copied.</summary>
    /// <exception cref="MalformedDataException">The length is negative or beyond the end.</exception>
    public ReadOnlySpan<byte> ReadSpan(int length, string what)
    {
        if (length < 0 || length > Remaining)
            throw new MalformedDataException(what, Offset, length, Remaining);
        var span = _data.Slice(Offset, length);
        Offset += length;
        return span;
    }

    /// <summary>Like <see cref="ReadSpan"/>, for a length that came from the data as an unsigned number.</summary>
    public ReadOnlySpan<byte> ReadSpan(ulong length, string what) => length > (ulong)Remaining
        ? throw new MalformedDataException($"{what} at offset {Offset} needs {length} bytes, {Remaining} are available.")
        : ReadSpan((int)length, what);

    public byte ReadByte(string what) => ReadSpan(1, what)[0];

    public ushort ReadUInt16Le(string what) => BinaryPrimitives.ReadUInt16LittleEndian(ReadSpan(2, what));

    public ushort ReadUInt16Be(string what) => BinaryPrimitives.ReadUInt16BigEndian(ReadSpan(2, what));

    public uint ReadUInt32Le(string what) => BinaryPrimitives.ReadUInt32LittleEndian(ReadSpan(4, what));

    public uint ReadUInt32Be(string what) => BinaryPrimitives.ReadUInt32BigEndian(ReadSpan(4, what));

    public ulong ReadUInt64Le(string what) => BinaryPrimitives.ReadUInt64LittleEndian(ReadSpan(8, what));

    public ulong ReadUInt64Be(string what) => BinaryPrimitives.ReadUInt64BigEndian(ReadSpan(8, what));

    public UInt128 ReadUInt128Le(string what) => BinaryPrimitives.ReadUInt128LittleEndian(ReadSpan(16, what));

    public UInt128 ReadUInt128Be(string what) => BinaryPrimitives.ReadUInt128BigEndian(ReadSpan(16, what));

    public short ReadInt16Le(string what) => BinaryPrimitives.ReadInt16LittleEndian(ReadSpan(2, what));

    public short ReadInt16Be(string what) => BinaryPrimitives.ReadInt16BigEndian(ReadSpan(2, what));

    public int ReadInt32Le(string what) => BinaryPrimitives.ReadInt32LittleEndian(ReadSpan(4, what));

    public int ReadInt32Be(string what) => BinaryPrimitives.ReadInt32BigEndian(ReadSpan(4, what));

    public long ReadInt64Le(string what) => BinaryPrimitives.ReadInt64LittleEndian(ReadSpan(8, what));

    public long ReadInt64Be(string what) => BinaryPrimitives.ReadInt64BigEndian(ReadSpan(8, what));

    public float ReadSingleLe(string what) => BinaryPrimitives.ReadSingleLittleEndian(ReadSpan(4, what));

    public double ReadDoubleLe(string what) => BinaryPrimitives.ReadDoubleLittleEndian(ReadSpan(8, what));

    public Bytes32 ReadBytes32(string what) => new(ReadSpan(Bytes32.Size, what));

    public Address ReadAddress(string what) => new(ReadSpan(Address.Size, what));

    /// <summary>A signature of 65 bytes whose v is 27 or 28.</summary>
    public Signature ReadSignature(string what)
    {
        var offset = Offset;
        return Signature.TryRead(ReadSpan(Signature.Size, what), out var signature)
            ? signature
            : throw new MalformedDataException($"{what} at offset {offset} has another v than 27 or 28.");
    }

    /// <summary>A boolean byte: 0 or 1, nothing else.</summary>
    public bool ReadBoolean(string what)
    {
        var offset = Offset;
        return ReadByte(what) switch
        {
            0 => false,
            1 => true,
            var other => throw new MalformedDataException($"{what} at offset {offset} is {other}, neither 0 nor 1."),
        };
    }

    /// <summary>Bytes after their length, a little-endian u32 of at most <paramref name="max"/>.</summary>
    public ReadOnlySpan<byte> ReadLengthPrefixedLe(int max, string what) => ReadCounted(ReadUInt32Le(what), max, what);

    /// <summary>Bytes after their length, a big-endian u32 of at most <paramref name="max"/>.</summary>
    public ReadOnlySpan<byte> ReadLengthPrefixedBe(int max, string what) => ReadCounted(ReadUInt32Be(what), max, what);

    /// <summary>Checks that everything was read.</summary>
    /// <exception cref="MalformedDataException">Bytes are left.</exception>
    public readonly void ExpectEnd(string what)
    {
        if (Remaining != 0)
            throw new MalformedDataException($"{what} ends at offset {Offset}, but {Remaining} bytes follow.");
    }

    private ReadOnlySpan<byte> ReadCounted(uint length, int max, string what) => length > (uint)max
        ? throw new MalformedDataException($"{what} at offset {Offset} claims {length} bytes; at most {max} are allowed.")
        : ReadSpan((int)length, what);
}

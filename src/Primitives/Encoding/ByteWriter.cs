using System.Buffers;
using System.Buffers.Binary;

namespace TeeTee.Primitives;

/// <summary>Writes what <see cref="BoundedReader"/> reads.</summary>
public sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>The number of bytes written.</summary>
    public int Count => _buffer.WrittenCount;

    /// <summary>What was written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.WrittenSpan;

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void Write(ReadOnlySpan<byte> data) => _buffer.Write(data);

    public void WriteByte(byte value) => Room(1)[0] = value;

    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteUInt16Le(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    public void WriteUInt16Be(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Room(2), value);

    public void WriteUInt32Le(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    public void WriteUInt32Be(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Room(4), value);

    public void WriteUInt64Le(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);

    public void WriteUInt64Be(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Room(8), value);

    public void WriteUInt128Le(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Room(16), value);

    public void WriteUInt128Be(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Room(16), value);

    public void WriteInt16Le(short value) => BinaryPrimitives.WriteInt16LittleEndian(Room(2), value);

    public void WriteInt16Be(short value) => BinaryPrimitives.WriteInt16BigEndian(Room(2), value);

    public void WriteInt32Le(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);

    public void WriteInt32Be(int value) => BinaryPrimitives.WriteInt32BigEndian(Room(4), value);

    public void WriteInt64Le(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    public void WriteInt64Be(long value) => BinaryPrimitives.WriteInt64BigEndian(Room(8), value);

    public void WriteSingleLe(float value) => BinaryPrimitives.WriteSingleLittleEndian(Room(4), value);

    public void WriteDoubleLe(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);

    public void WriteBytes32(in Bytes32 value) => value.CopyTo(Room(Bytes32.Size));

    public void WriteAddress(in Address value) => value.CopyTo(Room(Address.Size));

    public void WriteSignature(in Signature value) => value.CopyTo(Room(Signature.Size));

    /// <summary>The length as a little-endian u32, then the bytes.</summary>
    public void WriteLengthPrefixedLe(ReadOnlySpan<byte> data)
    {
        WriteUInt32Le((uint)data.Length);
        Write(data);
    }

    /// <summary>The length as a big-endian u32, then the bytes.</summary>
    public void WriteLengthPrefixedBe(ReadOnlySpan<byte> data)
    {
        WriteUInt32Be((uint)data.Length);
        Write(data);
    }

    private Span<byte> Room(int length)
    {
        var span = _buffer.GetSpan(length)[..length];
        _buffer.Advance(length);
        return span;
    }
}

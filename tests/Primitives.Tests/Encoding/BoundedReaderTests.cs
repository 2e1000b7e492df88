using FsCheck;
using FsCheck.Fluent;

namespace TeeTee.Primitives.Tests;

public sealed class BoundedReaderTests
{
    [Fact]
    public void Read_WhatWasWritten_ReturnsItself() =>
        Prop.ForAll<(ulong Long, long Signed, double Real, byte[] Data)>(value =>
        {
            var data = value.Data ?? [];
            ByteWriter writer = new();
            writer.WriteByte((byte)value.Long);
            writer.WriteBoolean(value.Signed < 0);
            writer.WriteUInt16Le((ushort)value.Long);
            writer.WriteUInt16Be((ushort)value.Long);
            writer.WriteUInt32Le((uint)value.Long);
            writer.WriteUInt32Be((uint)value.Long);
            writer.WriteUInt64Le(value.Long);
            writer.WriteUInt64Be(value.Long);
            writer.WriteInt16Le((short)value.Signed);
            writer.WriteInt16Be((short)value.Signed);
            writer.WriteInt32Le((int)value.Signed);
            writer.WriteInt32Be((int)value.Signed);
            writer.WriteInt64Le(value.Signed);
            writer.WriteInt64Be(value.Signed);
            writer.WriteUInt128Le((UInt128)value.Long << 9);
            writer.WriteUInt128Be((UInt128)value.Long << 9);
            writer.WriteSingleLe((float)value.Real);
            writer.WriteDoubleLe(value.Real);
            writer.WriteBytes32(Keccak256.Hash(data));
            writer.WriteAddress(new Address(Keccak256.Hash(data).ToArray().AsSpan(12)));
            writer.WriteSignature(new Signature(Keccak256.Hash(data), Bytes32.Zero, 28));
            writer.WriteLengthPrefixedLe(data);
            writer.WriteLengthPrefixedBe(data);

            BoundedReader reader = new(writer.WrittenSpan);
            var same = reader.ReadByte("") == (byte)value.Long
                && reader.ReadBoolean("") == value.Signed < 0
                && reader.ReadUInt16Le("") == (ushort)value.Long
                && reader.ReadUInt16Be("") == (ushort)value.Long
                && reader.ReadUInt32Le("") == (uint)value.Long
                && reader.ReadUInt32Be("") == (uint)value.Long
                && reader.ReadUInt64Le("") == value.Long
                && reader.ReadUInt64Be("") == value.Long
                && reader.ReadInt16Le("") == (short)value.Signed
                && reader.ReadInt16Be("") == (short)value.Signed
                && reader.ReadInt32Le("") == (int)value.Signed
                && reader.ReadInt32Be("") == (int)value.Signed
                && reader.ReadInt64Le("") == value.Signed
                && reader.ReadInt64Be("") == value.Signed
                && reader.ReadUInt128Le("") == (UInt128)value.Long << 9
                && reader.ReadUInt128Be("") == (UInt128)value.Long << 9
                && reader.ReadSingleLe("").Equals((float)value.Real)
                && reader.ReadDoubleLe("").Equals(value.Real)
                && reader.ReadBytes32("") == Keccak256.Hash(data)
                && reader.ReadAddress("") == new Address(Keccak256.Hash(data).ToArray().AsSpan(12))
                && reader.ReadSignature("").V == 28
                && reader.ReadLengthPrefixedLe(data.Length, "").SequenceEqual(data)
                && reader.ReadLengthPrefixedBe(data.Length, "").SequenceEqual(data);
            reader.ExpectEnd("");
            return same && reader.Offset == writer.Count;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ReadUInt64Le_TooShort_NamesEverything()
    {
        var error = Assert.Throws<MalformedDataException>(() =>
        {
            BoundedReader reader = new(new byte[9]);
            reader.ReadUInt16Be("version");
            reader.ReadUInt64Le("row count");
        });
        Assert.Equal("row count at offset 2 needs 8 bytes, 7 are available.", error.Message);
    }

    [Theory]
    [InlineData("ffffffff00", 10)]
    [InlineData("ffffffff00", int.MaxValue)]
    [InlineData("0b00000000", 10)]
    [InlineData("0200000000", 10)]
    [InlineData("000000", 10)]
    public void ReadLengthPrefixedLe_LengthThatLies_Throws(string hex, int max) =>
        Assert.Throws<MalformedDataException>(() => new BoundedReader(Hex.Decode(hex)).ReadLengthPrefixedLe(max, "body"));

    [Fact]
    public void ReadSpan_HostileLengths_Throw()
    {
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[4]).ReadSpan(-1, "x"));
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[4]).ReadSpan(int.MaxValue, "x"));
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[4]).ReadSpan(ulong.MaxValue, "x"));
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[4]).ReadSpan(1UL << 32, "x"));
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[] { 2 }).ReadBoolean("x"));
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[65]).ReadSignature("x"));
        Assert.Throws<MalformedDataException>(() => new BoundedReader(new byte[1]).ExpectEnd("x"));
    }
}

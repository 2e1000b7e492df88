using System.Buffers.Binary;
using System.Text.Json.Serialization;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Batches;

/// <summary>Which bytes a chunk holds: a leaf of the data tree (protocol section 8).</summary>
/// <param name="Item">The item that it is cut from.</param>
/// <param name="Number">Place in the item, from 0.</param>
/// <param name="ItemLength">Bytes of the whole item.</param>
/// <param name="Hash">keccak256 of the chunk's bytes, by which it is fetched.</param>
public readonly record struct ChunkRecord(ItemKey Item, uint Number, uint ItemLength, Bytes32 Hash)
{
    /// <summary>Bytes of a chunk; the last one of an item may be shorter.</summary>
    public const int ChunkBytes = 16_384;

    /// <summary>Bytes of <see cref="Encode"/>.</summary>
    public const int Size = 47;

    /// <summary>Chunks of an item: at least one.</summary>
    public static uint CountFor(uint itemLength) => itemLength == 0 ? 1 : (itemLength - 1) / ChunkBytes + 1;

    /// <summary>Bytes of this chunk; only meaningful while <see cref="Number"/> is below the item's count.</summary>
    [JsonIgnore]
    public int Length => (int)Math.Min(ChunkBytes, ItemLength - (long)Number * ChunkBytes);

    /// <summary><c>abi.encodePacked(uint32 leaf, uint8 kind, uint16 part, uint32 number, uint32 itemLength, bytes32 hash)</c>.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Item.Leaf);
        bytes[4] = (byte)Item.Kind;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(5), Item.Part);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(7), Number);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(11), ItemLength);
        Hash.CopyTo(bytes.AsSpan(15));
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> writes; false for another length or an unknown kind.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out ChunkRecord record)
    {
        record = default;
        if (bytes.Length != Size || bytes[4] is < (byte)DataKind.Request or > (byte)DataKind.Quote)
            return false;
        ItemKey item = new(BinaryPrimitives.ReadUInt32BigEndian(bytes), (DataKind)bytes[4], BinaryPrimitives.ReadUInt16BigEndian(bytes[5..]));
        record = new ChunkRecord(
            item, BinaryPrimitives.ReadUInt32BigEndian(bytes[7..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[11..]), new Bytes32(bytes[15..]));
        return true;
    }
}

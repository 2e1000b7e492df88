using System.Buffers.Binary;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>The content of a pick entry without its salt: for each segment of logits the best score's bits and its token.</summary>
public static class PickContent
{
    /// <summary>Bytes of one segment's best.</summary>
    public const int BestBytes = 8;

    /// <summary>Writes the bests.</summary>
    public static byte[] Write(IReadOnlyList<SegmentBest> bests)
    {
        ArgumentNullException.ThrowIfNull(bests);
        byte[] bytes = new byte[bests.Count * BestBytes];
        for (int i = 0; i < bests.Count; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(BestBytes * i), bests[i].Score);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(BestBytes * i + sizeof(float)), bests[i].Id);
        }
        return bytes;
    }

    /// <summary>Reads them; bytes after the last whole best are not read.</summary>
    public static SegmentBest[] Read(ReadOnlySpan<byte> content)
    {
        SegmentBest[] bests = new SegmentBest[content.Length / BestBytes];
        for (int i = 0; i < bests.Length; i++)
            bests[i] = new SegmentBest(
                BinaryPrimitives.ReadSingleLittleEndian(content[(BestBytes * i)..]),
                BinaryPrimitives.ReadUInt32LittleEndian(content[(BestBytes * i + sizeof(float))..]));
        return bests;
    }
}

using TeeTee.Primitives;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>
/// What the leaves of one shard and job open to, position after position: hInRoot, hOutRoot, kvRoot, 32 bytes each. Not batch data: neighbours and
/// the poster get it before anything is signed or posted, so that receipts which do not meet are never put together unknowingly.
/// </summary>
public static class TraceOpenings
{
    /// <summary>Bytes of one position.</summary>
    public const int Size = 3 * Bytes32.Size;

    /// <summary>Openings one after another.</summary>
    public static byte[] Encode(IReadOnlyList<LeafOpening> openings)
    {
        ArgumentNullException.ThrowIfNull(openings);
        byte[] bytes = new byte[openings.Count * Size];
        for (int p = 0; p < openings.Count; p++)
        {
            Span<byte> at = bytes.AsSpan(p * Size, Size);
            openings[p].HIn.CopyTo(at);
            openings[p].HOut.CopyTo(at[Bytes32.Size..]);
            openings[p].Kv.CopyTo(at[(2 * Bytes32.Size)..]);
        }
        return bytes;
    }

    /// <summary>The opening of one position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public static LeafOpening At(ReadOnlySpan<byte> openings, int position)
    {
        ReadOnlySpan<byte> at = openings.Slice(position * Size, Size);
        return new LeafOpening(
            new Bytes32(at[..Bytes32.Size]), new Bytes32(at.Slice(Bytes32.Size, Bytes32.Size)), new Bytes32(at[(2 * Bytes32.Size)..]));
    }

    /// <summary>The first position whose leaf does not follow from its opening; null where all do.</summary>
    /// <exception cref="ArgumentException">Another number of openings than leaves.</exception>
    public static int? FindUnopened(ReadOnlySpan<byte> leaves, ReadOnlySpan<byte> openings)
    {
        int positions = leaves.Length / Bytes32.Size;
        if (openings.Length != (long)positions * Size)
            throw new ArgumentException($"{openings.Length} bytes of openings for {positions} leaves.", nameof(openings));
        for (int p = 0; p < positions; p++)
        {
            if (At(openings, p).LeafOf((uint)p) != new Bytes32(leaves.Slice(p * Bytes32.Size, Bytes32.Size)))
                return p;
        }
        return null;
    }

    /// <summary>The first position at which what left one slot is not what entered the next; null where all meet.</summary>
    /// <exception cref="ArgumentException">The slots have different numbers of positions.</exception>
    public static int? FindGap(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below)
    {
        if (above.Length != below.Length)
            throw new ArgumentException($"{above.Length} bytes of openings above, {below.Length} below.", nameof(below));
        for (int p = 0; p < above.Length / Size; p++)
        {
            if (At(above, p).HOut != At(below, p).HIn)
                return p;
        }
        return null;
    }
}

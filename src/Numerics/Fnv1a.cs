namespace TeeTee.Numerics;

/// <summary>FNV-1a with 64 bits, the checksum of golden tables and sweeps; never a commitment.</summary>
public static class Fnv1a
{
    /// <summary>The hash of no bytes.</summary>
    public const ulong Offset = 0xCBF2_9CE4_8422_2325;

    /// <summary>
    /// Where the sweeps of the arithmetic's definition start (rulings 13, 24). It is not FNV's own offset basis, which has one more
    /// decimal digit; the golden values were made with this one.
    /// </summary>
    public const ulong SweepStart = 1_469_598_103_934_665_603;

    private const ulong Prime = 0x0000_0100_0000_01B3;

    /// <summary>Continues a hash with the four little-endian bytes of a word.</summary>
    public static ulong Add(ulong hash, uint word)
    {
        hash = (hash ^ (byte)word) * Prime;
        hash = (hash ^ (byte)(word >> 8)) * Prime;
        hash = (hash ^ (byte)(word >> 16)) * Prime;
        return (hash ^ (word >> 24)) * Prime;
    }
}

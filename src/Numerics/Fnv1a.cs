namespace TeeTee.Numerics;

/// <summary>
/// FNV-1a with 64 bits, the checksum of the golden sweeps; never a commitment. The sweeps of the arithmetic's definition start
/// from 1469598103934665603, which is not FNV's own offset basis (that has one more digit), so this does too.
/// </summary>
public static class Fnv1a
{
    /// <summary>Where a sweep starts.</summary>
    public const ulong Offset = 1_469_598_103_934_665_603;

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

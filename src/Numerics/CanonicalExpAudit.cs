namespace TeeTee.Numerics;

/// <summary>Hashes the exponential over a range of inputs, so that a machine can prove all 1,118,699,521 results at once (some ten seconds).</summary>
public static class CanonicalExpAudit
{
    /// <summary>Bits of -0, the first input.</summary>
    public const uint FirstBits = 0x8000_0000;

    /// <summary>Bits of -87, the last input whose result is not zero.</summary>
    public const uint LastBits = 0xC2AE_0000;

    /// <summary>FNV-1a-64 (from <see cref="Fnv1a.SweepStart"/>) over the results' little-endian bits of the whole range in ascending bit pattern.</summary>
    public const ulong FullRangeHash = 0x7DEC_C8E0_F0DF_8070;

    /// <summary>FNV-1a-64 over the result bits of first, first + stride, … up to last, both in ascending bit pattern.</summary>
    public static ulong Hash(uint first, uint last, uint stride = 1)
    {
        if (stride == 0 || first > last)
            throw new ArgumentException($"No range from {first:X8} to {last:X8} in steps of {stride}.");
        ulong hash = Fnv1a.SweepStart;
        for (ulong bits = first; bits <= last; bits += stride)
            hash = Fnv1a.Add(hash, BitConverter.SingleToUInt32Bits(CanonicalExp.ExpNeg(BitConverter.UInt32BitsToSingle((uint)bits))));
        return hash;
    }
}

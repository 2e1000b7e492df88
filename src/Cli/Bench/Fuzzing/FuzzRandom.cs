namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood, 2014): starts at any (seed, index) at once and gives the same numbers on every machine, so that a run can be
/// cut anywhere and an input found again by its number.
/// </summary>
internal struct FuzzRandom(ulong seed, ulong index)
{
    private ulong _state = Mix(seed) ^ Mix(index + 0x9E37_79B9_7F4A_7C15);

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        return Mix(_state);
    }

    /// <summary>A number from 0 to below the bound, which must be positive.</summary>
    public int Next(int bound) => (int)(((UInt128)Next() * (uint)bound) >> 64);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}

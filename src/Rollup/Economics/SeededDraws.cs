namespace TeeTee.Rollup.Economics;

/// <summary>Random numbers for simulations: SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.</summary>
/// <param name="seed">The same seed gives the same numbers.</param>
public sealed class SeededDraws(ulong seed)
{
    private const int FractionBits = 53;

    private ulong _state = seed;

    /// <summary>Evenly in [0, 1).</summary>
    public double Uniform() => (Next() >> (64 - FractionBits)) * (1.0 / (1ul << FractionBits));

    private ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}

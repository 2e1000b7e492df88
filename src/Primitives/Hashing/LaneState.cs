namespace TeeTee.Primitives;

/// <summary>The chaining values of sixteen lanes: word w of lane l at [w * 16 + l].</summary>
internal static class LaneState
{
    private const int Lanes = 16;

    private static ReadOnlySpan<uint> Initial =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>H(0) of FIPS 180-4, section 5.3.3, in every lane.</summary>
    public static void Start(Span<uint> state)
    {
        for (var word = 0; word < Initial.Length; word++)
            state.Slice(word * Lanes, Lanes).Fill(Initial[word]);
    }

    /// <summary>The hashes of the first lanes.</summary>
    public static void Finish(ReadOnlySpan<uint> state, Span<Bytes32> hashes)
    {
        state = state[..(8 * Lanes)];
        for (var lane = 0; lane < hashes.Length && lane < Lanes; lane++)
        {
            hashes[lane] = new Bytes32(
                Pair(state[lane], state[Lanes + lane]), Pair(state[(2 * Lanes) + lane], state[(3 * Lanes) + lane]),
                Pair(state[(4 * Lanes) + lane], state[(5 * Lanes) + lane]), Pair(state[(6 * Lanes) + lane], state[(7 * Lanes) + lane]));
        }
    }

    private static ulong Pair(uint high, uint low) => ((ulong)high << 32) | low;
}

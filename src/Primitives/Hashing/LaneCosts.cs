namespace TeeTee.Primitives;

/// <summary>
/// Chooses how to hash the next messages, by costs in nanoseconds measured with <c>bench/Hashing</c> on an EPYC Zen 4 core with SHA-NI (which
/// the library uses): a library call takes about 500 and 35 per block, against 150 per block for eight lanes and 288 for sixteen. On other
/// machines the crossover lies elsewhere, the hashes are the same.
/// </summary>
internal static class LaneCosts
{
    private static readonly LaneWidth[] s_widths = [.. Enum.GetValues<LaneWidth>().Where(IsSupported)];

    private static readonly LaneWidth s_widest = s_widths[^1];

    /// <summary>Whether this machine runs the width in registers.</summary>
    public static bool IsSupported(LaneWidth width) => width switch
    {
        LaneWidth.Sixteen => Lanes512.IsSupported,
        LaneWidth.Eight => Lanes256.IsSupported,
        LaneWidth.Four => Lanes128.IsSupported,
        _ => true,
    };

    /// <summary>The width for the next of <paramref name="count"/> messages of <paramref name="blocks"/> blocks: the one that hashes all at least cost with one change of width at most.</summary>
    public static LaneWidth Choose(int count, int blocks)
    {
        if (s_widest >= LaneWidth.Eight && count >= (int)s_widest)
            return s_widest;
        var best = LaneWidth.One;
        var least = double.MaxValue;
        foreach (var width in s_widths)
        {
            var steps = Math.Max(count / (int)width, 1);
            var cost = (steps * Cost(width, blocks)) + Rest(count - (steps * (int)width), blocks);
            if (cost < least)
                (best, least) = (width, cost);
        }
        return best;
    }

    private static double Rest(int count, int blocks)
    {
        if (count <= 0)
            return 0;
        var least = double.MaxValue;
        foreach (var width in s_widths)
            least = Math.Min(least, (count + (int)width - 1) / (int)width * Cost(width, blocks));
        return least;
    }

    private static double Cost(LaneWidth width, int blocks) => width switch
    {
        LaneWidth.Sixteen => 200 + (288.0 * blocks),
        LaneWidth.Eight => 130 + (150.0 * blocks),
        LaneWidth.Four => 110 + (245.0 * blocks),
        _ => 500 + (35.0 * blocks),
    };
}

using TeeTee.Primitives;

namespace TeeTee.ShardNode.Defence;

/// <summary>Cuts a list into transactions. Pure.</summary>
internal static class RevealPlan
{
    /// <summary>Most bytes of entries in one transaction: with context, paths and the token page it stays below 32 kB.</summary>
    public const int MostBytes = 24_000;

    // An array in an array costs its offset and its length.
    private const int GroupOverhead = 64;

    /// <summary>How many groups from <paramref name="first"/> on go into the next transaction: as many as fit, at least one.</summary>
    public static int Take(IReadOnlyList<IReadOnlyList<Bytes32>> groups, int first)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(first, groups.Count);
        int taken = 0;
        long bytes = 0;
        while (first + taken < groups.Count)
        {
            bytes += (groups[first + taken].Count * (long)Bytes32.Size) + GroupOverhead;
            if (taken > 0 && bytes > MostBytes)
                break;
            taken++;
        }
        return taken;
    }
}

using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Cli.Bench;

/// <summary>What must hold after a crash, as if there had been none. Pure.</summary>
internal static class CrashFaults
{
    /// <summary>Every index is posted exactly once, without gaps.</summary>
    /// <param name="indices">Of the BatchPosted events, in the order of the chain.</param>
    public static IEnumerable<string> OfIndices(IReadOnlyList<ulong> indices) =>
        indices.SequenceEqual(Enumerable.Range(1, indices.Count).Select(i => (ulong)i)) ? [] : [$"batches {string.Join(", ", indices)} were posted"];

    /// <summary>Every answer is one leaf of all batches, at its fee, and no other job is.</summary>
    public static IEnumerable<string> OfLeaves(IReadOnlyList<CrashAnswer> answers, IReadOnlyList<QueryReceipt> leaves)
    {
        foreach (CrashAnswer answer in answers)
        {
            QueryReceipt[] mine = [.. leaves.Where(leaf => leaf.JobId == answer.JobId)];
            if (mine.Length != 1)
                yield return $"job {answer.JobId} is in the batches {mine.Length} times";
            else if (mine[0].Fee != answer.Fee)
                yield return $"job {answer.JobId} was posted with {mine[0].Fee} wei instead of {answer.Fee}";
        }
        HashSet<Bytes32> asked = [.. answers.Select(answer => answer.JobId)];
        foreach (QueryReceipt leaf in leaves.Where(leaf => !asked.Contains(leaf.JobId)))
            yield return $"job {leaf.JobId} was posted and nobody asked it";
    }

    /// <summary>The account has spent, and the contract has paid out, exactly the fees; nothing is held.</summary>
    public static IEnumerable<string> OfMoney(UInt128 charged, UInt128 spent, UInt128 held, UInt128 paid)
    {
        if (spent != charged || held != 0)
            yield return $"the account has spent {spent} and holds {held} wei; the fees are {charged}";
        if (paid != charged)
            yield return $"{paid} wei were paid out; the fees are {charged}";
    }
}

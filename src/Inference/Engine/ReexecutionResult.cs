using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>The canonical leaves of a job, per shard, and the first pick that does not follow from them.</summary>
public sealed class ReexecutionResult
{
    /// <summary>One trace per shard of the split that was asked for.</summary>
    public required IReadOnlyList<ShardTrace> Traces { get; init; }

    /// <summary>One traceRoot per shard.</summary>
    public required IReadOnlyList<Bytes32> TraceRoots { get; init; }

    /// <summary>The first wrong pick; null where all are right or the shards do not hold the last layer.</summary>
    public required WrongPick? WrongPick { get; init; }

    /// <summary>
    /// The first difference to published leaf lists: by position, then by shard, so that it names the shard that went wrong first
    /// and not those that it misled. Null where all lists are equal to the canonical ones.
    /// </summary>
    /// <param name="published">One list of leaves per shard.</param>
    /// <exception cref="ArgumentException">Another number of lists than shards.</exception>
    public TraceDifference? FirstDifference(IReadOnlyList<IReadOnlyList<Bytes32>> published)
    {
        if (published.Count != Traces.Count)
            throw new ArgumentException($"{published.Count} lists for {Traces.Count} shards.", nameof(published));
        int positions = Math.Max(Traces.Max(trace => trace.Count), published.Max(list => list.Count));
        for (int p = 0; p < positions; p++)
        {
            for (int shard = 0; shard < Traces.Count; shard++)
            {
                if (Compare(shard, p, published[shard]) is { } difference)
                    return difference;
            }
        }
        return null;
    }

    private TraceDifference? Compare(int shard, int position, IReadOnlyList<Bytes32> published)
    {
        bool isPublished = position < published.Count;
        bool isExpected = position < Traces[shard].Count;
        Bytes32 actual = isPublished ? published[position] : Bytes32.Zero;
        Bytes32 expected = isExpected ? Traces[shard].Leaves[position] : Bytes32.Zero;
        return isPublished == isExpected && actual == expected ? null : new TraceDifference(shard, position, actual, expected);
    }
}

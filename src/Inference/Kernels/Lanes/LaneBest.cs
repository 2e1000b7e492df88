using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// The greatest score so far in each lane, and where it was first met. Of all lanes the lowest index with the greatest score is then what a
/// single pass in order would have kept, because either keeps the first of equals, -0 and +0 included.
/// </summary>
internal unsafe struct LaneBest<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    private TLanes _scores;
    private TLanes _starts;
    private TLanes _taint;

    /// <summary>True if a score was not finite.</summary>
    public readonly bool IsTainted => TLanes.IsAnyNaN(_taint);

    public static LaneBest<TLanes> Start() => new() { _scores = TLanes.Create(float.NegativeInfinity) };

    /// <summary>Takes the scores of Count indices from <paramref name="start"/> on; starts ascend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TLanes scores, int start)
    {
        _taint = TLanes.MultiplyAdd(scores, default, _taint);
        TLanes better = TLanes.LessThan(_scores, scores);
        _starts = TLanes.Select(better, TLanes.Bits((uint)start), _starts);
        _scores = TLanes.Select(better, scores, _scores);
    }

    /// <summary>The best of all lanes, after at least one Add and if nothing is tainted.</summary>
    /// <remarks>Takes a copy, so that the best itself can stay in registers.</remarks>
    [SkipLocalsInit]
    public static PickCandidate Result(LaneBest<TLanes> best, int firstId)
    {
        float* scores = stackalloc float[LaneSum.Lanes], starts = stackalloc float[LaneSum.Lanes];
        best._scores.Store(scores);
        best._starts.Store(starts);
        (int index, float score) = (int.MaxValue, float.NegativeInfinity);
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            int candidate = ((int*)starts)[lane] + lane;
            if (scores[lane] > score || (scores[lane] == score && candidate < index))
                (index, score) = (candidate, scores[lane]);
        }
        return new PickCandidate((uint)(firstId + index), score, NonFinite.None);
    }
}

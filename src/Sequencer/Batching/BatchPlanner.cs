using System.Collections.Immutable;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>Decides which jobs make up the next batch, and whether it is time for it. Pure.</summary>
internal static class BatchPlanner
{
    /// <summary>The next batch, or null if none is due.</summary>
    /// <param name="candidates">Every accepted job in no batch, running ones included.</param>
    /// <param name="now">Unix seconds.</param>
    public static BatchPlan? Plan(IEnumerable<JobCandidate> candidates, ulong now, BatchLimits limits)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(limits);
        (ImmutableArray<JobCandidate> jobs, bool full) = Take(Order(candidates), limits);
        if (jobs.IsEmpty)
            return null;
        if (full)
            return new BatchPlan(jobs, CloseReason.Size);
        if (jobs.Any(j => j.State == CandidateState.Ready && j.PostBefore <= now + (ulong)limits.Urgency.TotalSeconds))
            return new BatchPlan(jobs, CloseReason.Deadline);
        bool old = jobs.Any(j => TimeSpan.FromSeconds(now - Math.Min(now, j.EndedAt)) >= limits.MaxAge);
        return old ? new BatchPlan(jobs, CloseReason.Age) : null;
    }

    /// <summary>
    /// Postable jobs such that each user's nonces ascend without skipping a job that is still open, the longest waiting users first.
    /// </summary>
    public static IEnumerable<JobCandidate> Order(IEnumerable<JobCandidate> candidates)
    {
        PriorityQueue<Queue<JobCandidate>, (ulong, Address)> users = new();
        foreach (IGrouping<Address, JobCandidate> user in candidates.GroupBy(c => c.User))
        {
            // What comes after an open job would make that job's nonce unusable.
            Queue<JobCandidate> postable = new(user.OrderBy(c => c.Nonce).TakeWhile(c => c.IsPostable));
            if (postable.TryPeek(out JobCandidate? first))
                users.Enqueue(postable, (first.EndedAt, user.Key));
        }

        while (users.TryDequeue(out Queue<JobCandidate>? queue, out _))
        {
            yield return queue.Dequeue();
            if (queue.TryPeek(out JobCandidate? next))
                users.Enqueue(queue, (next.EndedAt, next.User));
        }
    }

    private static (ImmutableArray<JobCandidate> Jobs, bool IsFull) Take(IEnumerable<JobCandidate> ordered, BatchLimits limits)
    {
        var jobs = ImmutableArray.CreateBuilder<JobCandidate>();
        long bytes = 0;
        foreach (JobCandidate job in ordered)
        {
            if (jobs.Count > 0 && bytes + job.Bytes > limits.MaxBytes)
                return (jobs.ToImmutable(), true);
            jobs.Add(job);
            bytes += job.Bytes;
            if (jobs.Count >= limits.MaxReceipts || bytes >= limits.MaxBytes)
                return (jobs.ToImmutable(), true);
        }

        return (jobs.ToImmutable(), false);
    }
}

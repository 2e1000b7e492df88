using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>
/// Hashes what a pass computed, then appends it to the traces in order. The leaves of stored rows are hashed already (<see cref="StoreWork"/>);
/// positions are taken in groups, so that the small upper levels of their trees fill vectors.
/// </summary>
internal sealed class CommitWork(ForwardPass pass, int maxRows) : IPoolWork
{
    private const int LargestGroup = 8;

    private readonly PositionCommitment[] _commitments = new PositionCommitment[maxRows];
    private int _group;

    public void Run()
    {
        _group = Math.Clamp(pass.Rows / (2 * pass.Model.Pool.Threads), 1, LargestGroup);
        pass.Model.Pool.Run((pass.Rows + _group - 1) / _group, this);
        for (int i = 0; i < pass.RunCount; i++)
        {
            PassRun run = pass.Runs[i];
            run.Session.Trace?.Append(_commitments.AsSpan(run.FirstRow, run.Live));
        }
    }

    public void Execute(int item, int worker)
    {
        int first = item * _group;
        int end = Math.Min(first + _group, pass.Rows);
        Span<Bytes32> kvRoots = stackalloc Bytes32[LargestGroup];
        bool any = false;
        for (int row = first; row < end; row++)
            any |= IsCommitted(row);
        if (!any)
            return;
        KvCommitment.PositionRoots(pass.Buffers.Leaves(first, end - first), pass.Buffers.LeavesPerRow, kvRoots[..(end - first)]);
        for (int row = first; row < end; row++)
        {
            if (IsCommitted(row))
                _commitments[row] = Hash(row, kvRoots[row - first]);
        }
    }

    private bool IsCommitted(int row) => pass.IsLive(row) && pass.RunOf(row).Session.Trace is not null;

    private PositionCommitment Hash(int row, in Bytes32 kvRoot)
    {
        PassRun run = pass.RunOf(row);
        int offset = row - run.FirstRow;
        Bytes32? known = offset < run.KnownRoots.Length ? run.KnownRoots.Span[offset] : null;
        return run.Session.Trace!.Hash(run.FirstPosition + offset, pass.Entering(row), pass.Hidden(row), known, kvRoot);
    }
}

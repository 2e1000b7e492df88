using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>Hashes what a pass computed, an item per position, then appends it to the traces in order.</summary>
internal sealed class CommitWork(ForwardPass pass, int maxRows) : IPoolWork
{
    private readonly PositionCommitment[] _commitments = new PositionCommitment[maxRows];

    public void Run()
    {
        pass.Model.Pool.Run(pass.Rows, this);
        for (int i = 0; i < pass.RunCount; i++)
            Append(pass.Runs[i]);
    }

    public void Execute(int item, int worker)
    {
        PassRun run = pass.RunOf(item);
        int offset = item - run.FirstRow;
        if (offset >= run.Live || run.Session.Trace is not { } trace)
            return;
        Bytes32? known = offset < run.KnownRoots.Length ? run.KnownRoots.Span[offset] : null;
        _commitments[item] = trace.Hash(
            run.Session.Cache, run.FirstPosition + offset, pass.Entering(item), pass.Hidden(item), known);
    }

    private void Append(PassRun run)
    {
        for (int row = run.FirstRow; row < run.FirstRow + run.Live; row++)
            run.Session.Trace?.Append(_commitments[row]);
    }
}

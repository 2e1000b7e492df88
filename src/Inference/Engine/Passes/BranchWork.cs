using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>Adds a branch to the residual stream, then norms the stream for the product that comes next, if one does.</summary>
internal sealed class BranchWork(ForwardPass pass) : RowWork(pass)
{
    private float[]? _weight;

    /// <summary>Runs it; without a weight nothing is normed.</summary>
    public void Run(float[]? weight)
    {
        _weight = weight;
        Run();
    }

    protected override NonFinite Apply(int row, int worker)
    {
        Span<float> branch = Row(Buffers.Branch, row, Pass.Width);
        NonFinite failure = Product(branch);
        if (failure.IsNone)
            failure = Vectors.Residual(Row(Buffers.Hidden, row, Pass.Width), branch);
        return failure.IsNone && _weight is not null ? Pass.Normalize(row, worker, _weight) : failure;
    }
}

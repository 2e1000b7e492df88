using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>An operator, or several in sequence, on every live row of a pass; rows are handed to threads in groups.</summary>
internal abstract class RowWork(ForwardPass pass) : IPoolWork
{
    // Large enough that taking an item costs nothing beside it, small enough that threads end together.
    private const int LargestGroup = 8;

    private int _rows;
    private int _group;

    protected ForwardPass Pass { get; } = pass;

    protected PassBuffers Buffers => Pass.Buffers;

    protected IVectorKernels Vectors => Pass.Model.Kernels.Vectors;

    /// <summary>Runs the work on all rows of the pass.</summary>
    public void Run() => Run(Pass.Rows);

    /// <summary>Runs the work on that many first rows.</summary>
    protected void Run(int rows)
    {
        _rows = rows;
        _group = Math.Clamp(rows / (4 * Pass.Model.Pool.Threads), 1, LargestGroup);
        Pass.Model.Pool.Run((rows + _group - 1) / _group, this);
    }

    public void Execute(int item, int worker)
    {
        int end = Math.Min((item + 1) * _group, _rows);
        for (int row = item * _group; row < end; row++)
        {
            if (Pass.IsLive(row) && Apply(row, worker) is { IsNone: false } failure)
                Pass.Fail(row, failure);
        }
    }

    /// <summary>Computes a row.</summary>
    /// <returns>What has no finite result, in the order in which the row alone would meet it.</returns>
    protected abstract NonFinite Apply(int row, int worker);

    protected static Span<T> Row<T>(NativeBuffer<T> buffer, int row, int width)
        where T : unmanaged => buffer.Slice((long)row * width, width);

    /// <summary>The check that follows a matrix product.</summary>
    protected static NonFinite Product(ReadOnlySpan<float> values) => FiniteScan.Find(values, "matrixVector");
}

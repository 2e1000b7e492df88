using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models.Packed;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>Hashes the pages of a whole model by all threads; which thread hashes what never matters to the result.</summary>
internal static class WeightHashing
{
    // Large enough for sequential reads, small enough to be hashed while it is in the second-level cache.
    private const int ItemBytes = 256 << 10;

    /// <summary>The leaf hash of every page, in the committed order.</summary>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public static Bytes32[] Leaves(CanonicalModel model, WorkerPool pool, CancellationToken cancellationToken)
    {
        Bytes32[] leaves = new Bytes32[model.Map.LeafCount];
        LoadMeter meter = new(model.Options.Progress, LoadStage.Hashing, model.Map.Bytes);
        foreach (TensorPlace place in model.Map.All)
        {
            Hash(place, model.OpenRows(place), leaves.AsMemory(place.FirstLeaf, place.Leaves), pool, cancellationToken);
            meter.Add(place.Bytes);
        }
        return leaves;
    }

    private static void Hash(TensorPlace place, RowReader read, Memory<Bytes32> leaves, WorkerPool pool, CancellationToken cancellationToken)
    {
        int step = Math.Clamp(ItemBytes / place.RowBytes, 1, place.Rows);
        byte[][] buffers = [.. Enumerable.Range(0, pool.Threads).Select(_ => new byte[step * place.RowBytes])];
        pool.Run((place.Rows + step - 1) / step, (item, worker) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = item * step;
            int count = Math.Min(step, place.Rows - first);
            Span<byte> rows = buffers[worker].AsSpan(0, count * place.RowBytes);
            read(first, rows);
            WeightPage.HashRows(place, first, rows, leaves.Span.Slice(first * place.PagesPerRow, count * place.PagesPerRow));
        });
    }
}

using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models.Packed;

/// <summary>All canonical rows of one tensor in memory, read by all threads on the way to their packed form.</summary>
internal sealed class CanonicalRows : IDisposable
{
    private const int ItemBytes = 256 << 10;

    private readonly NativeBuffer<byte> _bytes;
    private readonly TensorPlace _place;

    private CanonicalRows(TensorPlace place)
    {
        _place = place;
        _bytes = new NativeBuffer<byte>(place.Bytes);
    }

    /// <summary>The narrowest packing that holds the tensor; the default for a vector or table.</summary>
    public WeightPacking Packing { get; private set; }

    private int Step => Math.Clamp(ItemBytes / _place.RowBytes, 1, _place.Rows);

    private int Items => (_place.Rows + Step - 1) / Step;

    /// <summary>Reads a tensor.</summary>
    /// <param name="model">The model.</param>
    /// <param name="place">The tensor.</param>
    /// <param name="pool">Whose threads read.</param>
    /// <param name="leaves">Receives the tensor's leaf hashes; null where nobody asks.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public static CanonicalRows Read(CanonicalModel model, TensorPlace place, WorkerPool pool, Memory<Bytes32>? leaves, CancellationToken cancellationToken)
    {
        CanonicalRows rows = new(place);
        try
        {
            rows.Fill(model.OpenRows(place), pool, leaves, cancellationToken);
            return rows;
        }
        catch (Exception)
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Consecutive rows.</summary>
    public Span<byte> Slice(int firstRow, int count) => _bytes.Slice((long)firstRow * _place.RowBytes, count * _place.RowBytes);

    /// <summary>Gives every piece of the tensor to someone, each with its first row; pieces come from several threads at once.</summary>
    public void ForEachPiece(WorkerPool pool, Action<int, int> take) =>
        pool.Run(Items, (item, _) => take(item * Step, Math.Min(Step, _place.Rows - item * Step)));

    /// <summary>Fills tiles of a matrix, which may start in the middle of the tensor.</summary>
    /// <param name="matrix">A matrix whose row 0 is row <paramref name="firstRow"/> of the tensor.</param>
    /// <param name="firstRow">A multiple of a tile's rows.</param>
    /// <param name="tile">The first tile of the matrix.</param>
    /// <param name="count">How many.</param>
    public void Pack(PackedMatrix matrix, int firstRow, int tile, int count)
    {
        for (int i = tile; i < tile + count; i++)
            matrix.PackTile(i, Slice(firstRow + i * TileLayout.Rows, matrix.RowsOf(i)));
    }

    public void Dispose() => _bytes.Dispose();

    private void Fill(RowReader read, WorkerPool pool, Memory<Bytes32>? leaves, CancellationToken cancellationToken)
    {
        int wide = 0;
        ForEachPiece(pool, (first, count) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> rows = Slice(first, count);
            read(first, rows);
            if (leaves is { } all)
                WeightPage.HashRows(_place, first, rows, all.Span.Slice(first * _place.PagesPerRow, count * _place.PagesPerRow));
            if (_place.Type == CanonicalType.Q8_0 && PackedMatrix.Choose(rows) != WeightPacking.Q4)
                Volatile.Write(ref wide, 1);
        });
        if (_place.Type == CanonicalType.Q8_0)
            Packing = wide == 0 ? WeightPacking.Q4 : WeightPacking.Q8;
    }
}

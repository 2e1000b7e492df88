namespace TeeTee.Inference.Kernels;

/// <summary>
/// A joint product as work for the pool. The tiles of all matrices form one sequence, cut into runs: long ones first, because each
/// claim costs a hand-over of a cache line, single tiles at the end, so that no thread waits for another's long run.
/// </summary>
internal sealed unsafe class ProductWork : IPoolWork
{
    // A few tiles stay in the second-level cache while all groups of activations pass by.
    private const int LongestRun = 4;

    private MatrixProduct[] _products = new MatrixProduct[4];
    private int _count;
    private IMatrixKernel? _kernel;
    private QuantizedBatch? _batch;
    private int _tiles;
    private int _runLength;
    private int _longRuns;

    public void Run(WorkerPool pool, IMatrixKernel kernel, QuantizedBatch batch, ReadOnlySpan<MatrixProduct> products)
    {
        if (products.Length > _products.Length)
            _products = new MatrixProduct[products.Length];
        products.CopyTo(_products);
        (_kernel, _batch, _count) = (kernel, batch, products.Length);
        pool.Run(Cut(pool.Threads), this);
    }

    void IPoolWork.Execute(int item, int worker)
    {
        int first = item < _longRuns ? item * _runLength : _longRuns * _runLength + (item - _longRuns);
        int end = first + (item < _longRuns ? _runLength : 1);
        for (int i = 0; i < _count && end > 0; i++)
        {
            int tiles = _products[i].Matrix.Tiles;
            if (first < tiles)
                MultiplyRun(_products[i], Math.Max(first, 0), Math.Min(end, tiles));
            first -= tiles;
            end -= tiles;
        }
    }

    // Single tiles make up the last run of every thread.
    private int Cut(int threads)
    {
        _tiles = 0;
        for (int i = 0; i < _count; i++)
            _tiles += _products[i].Matrix.Tiles;
        _runLength = Math.Clamp(_tiles / (4 * threads), 1, LongestRun);
        _longRuns = Math.Max(0, _tiles - threads * _runLength) / _runLength;
        return _longRuns + (_tiles - _longRuns * _runLength);
    }

    private void MultiplyRun(MatrixProduct product, int firstTile, int endTile)
    {
        for (int group = 0; group < _batch!.Groups; group++)
        {
            for (int tile = firstTile; tile < endTile; tile++)
                Multiply(product, tile, group);
        }
    }

    private void Multiply(MatrixProduct product, int tile, int group)
    {
        PackedMatrix matrix = product.Matrix;
        int positions = _batch!.PositionsOf(group);
        float* y = product.Output.Pointer + (long)group * ActivationGroup.MaxPositions * matrix.Rows + tile * TileLayout.Rows;
        int rows = matrix.RowsOf(tile);
        if (rows == TileLayout.Rows)
        {
            _kernel!.Multiply(matrix.Packing, matrix.Tile(tile), matrix.Blocks, _batch.Group(group), positions, y, matrix.Rows);
            return;
        }
        float* whole = stackalloc float[ActivationGroup.MaxPositions * TileLayout.Rows];
        _kernel!.Multiply(matrix.Packing, matrix.Tile(tile), matrix.Blocks, _batch.Group(group), positions, whole, TileLayout.Rows);
        for (int t = 0; t < positions; t++)
            new ReadOnlySpan<float>(whole + t * TileLayout.Rows, rows).CopyTo(new Span<float>(y + (long)t * matrix.Rows, rows));
    }
}

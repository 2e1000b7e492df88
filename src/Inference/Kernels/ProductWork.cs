namespace TeeTee.Inference.Kernels;

/// <summary>
/// A joint product as work for the pool. The tiles of all matrices form one sequence, cut into a segment per thread: each thread walks
/// through its own, so that it reads memory as one ascending stream, and then helps out at the far ends of those that are not done.
/// </summary>
internal sealed unsafe class ProductWork : IPoolWork
{
    // With several groups of activations a few tiles stay in the second-level cache while all groups pass by.
    private const int LongestRun = 4;

    // Each on two cache lines of its own, the unit that processors fetch.
    private const int SegmentStride = 16;

    private MatrixProduct[] _products = new MatrixProduct[4];
    private long[] _segments = [];
    private int _count;
    private int _segmentCount;
    private int _longestRun;
    private IMatrixKernel? _kernel;
    private QuantizedBatch? _batch;

    public void Run(WorkerPool pool, IMatrixKernel kernel, QuantizedBatch batch, ReadOnlySpan<MatrixProduct> products)
    {
        if (products.Length > _products.Length)
            _products = new MatrixProduct[products.Length];
        products.CopyTo(_products);
        (_kernel, _batch, _count) = (kernel, batch, products.Length);
        _longestRun = batch.Groups > 1 ? LongestRun : 1;
        Cut(pool.Threads);
        pool.Run(_segmentCount, this);
    }

    void IPoolWork.Execute(int item, int worker)
    {
        while (TryTake(item, atEnd: false, out int first, out int count))
            Multiply(first, count);
        for (int i = 1; i < _segmentCount; i++)
        {
            while (TryTake((item + i) % _segmentCount, atEnd: true, out int first, out int count))
                Multiply(first, count);
        }
    }

    private void Cut(int threads)
    {
        long tiles = 0;
        for (int i = 0; i < _count; i++)
            tiles += _products[i].Matrix.Tiles;
        _segmentCount = (int)Math.Min(threads, tiles);
        if (_segments.Length < _segmentCount * SegmentStride)
            _segments = new long[_segmentCount * SegmentStride];
        for (int i = 0; i < _segmentCount; i++)
            Segment(i) = Pair((int)(tiles * i / _segmentCount), (int)(tiles * (i + 1) / _segmentCount));
    }

    // A segment is its first free tile and its end in one word, so that the owner and a helper cannot take the same tile.
    private bool TryTake(int segment, bool atEnd, out int first, out int count)
    {
        ref long word = ref Segment(segment);
        long seen = Volatile.Read(ref word);
        while (true)
        {
            (first, int end) = ((int)(seen >> 32), (int)seen);
            if (first == end)
            {
                count = 0;
                return false;
            }
            count = Math.Clamp((end - first) / 4, 1, _longestRun);
            long left = atEnd ? Pair(first, end - count) : Pair(first + count, end);
            long found = Interlocked.CompareExchange(ref word, left, seen);
            if (found == seen)
            {
                first = atEnd ? end - count : first;
                return true;
            }
            seen = found;
        }
    }

    private ref long Segment(int index) => ref _segments[index * SegmentStride];

    private static long Pair(int first, int end) => ((long)first << 32) | (uint)end;

    private void Multiply(int first, int count)
    {
        int end = first + count;
        for (int i = 0; i < _count && end > 0; i++)
        {
            int tiles = _products[i].Matrix.Tiles;
            for (int group = 0; group < _batch!.Groups; group++)
            {
                for (int tile = Math.Max(first, 0); tile < Math.Min(end, tiles); tile++)
                    MultiplyTile(_products[i], tile, group);
            }
            first -= tiles;
            end -= tiles;
        }
    }

    private void MultiplyTile(MatrixProduct product, int tile, int group)
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

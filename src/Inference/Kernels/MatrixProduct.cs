namespace TeeTee.Inference.Kernels;

/// <summary>One matrix of a joint product and where its results go: position t's rows start at t * Matrix.Rows.</summary>
internal readonly record struct MatrixProduct(PackedMatrix Matrix, NativeBuffer<float> Output)
{
    // 64 rows: small enough to balance threads and to stay in the second-level cache while all positions pass.
    private const int TilesPerItem = 4;

    // Positions handed to a kernel at a time, so that their activations stay in the first-level cache while the tiles of the item pass.
    private const int PositionsPerGroup = 16;

    private int Items => (Matrix.Tiles + TilesPerItem - 1) / TilesPerItem;

    /// <summary>Multiplies every matrix with the same positions, one pass over the weights per group of rows.</summary>
    public static void Run(WorkerPool pool, IMatrixKernel kernel, QuantizedBatch batch, int positions, params ReadOnlySpan<MatrixProduct> span)
    {
        MatrixProduct[] products = span.ToArray();
        int items = 0;
        foreach (MatrixProduct product in products)
        {
            product.Check(batch, positions);
            items += product.Items;
        }
        pool.Run(items, (item, _) => Find(products, ref item).Execute(kernel, batch, positions, item));
    }

    private static MatrixProduct Find(MatrixProduct[] products, ref int item)
    {
        int i = 0;
        while (item >= products[i].Items)
            item -= products[i++].Items;
        return products[i];
    }

    private void Check(QuantizedBatch batch, int positions)
    {
        if (batch.Blocks != Matrix.Blocks)
            throw new ArgumentException($"Activations of {batch.Blocks} blocks meet rows of {Matrix.Blocks}.");
        if (Output.Length < (long)positions * Matrix.Rows)
            throw new ArgumentException($"{Output.Length} outputs do not hold {positions} x {Matrix.Rows}.");
    }

    private unsafe void Execute(IMatrixKernel kernel, QuantizedBatch batch, int positions, int item)
    {
        float* y = stackalloc float[PositionsPerGroup * PackedMatrix.TileRows];
        int lastTile = Math.Min((item + 1) * TilesPerItem, Matrix.Tiles);
        for (int first = 0; first < positions; first += PositionsPerGroup)
        {
            int count = Math.Min(PositionsPerGroup, positions - first);
            for (int tile = item * TilesPerItem; tile < lastTile; tile++)
            {
                kernel.Multiply(Matrix.Tile(tile), Matrix.Blocks, batch.Q(first), batch.Scales(first), count, y);
                Scatter(y, tile, first, count);
            }
        }
    }

    private unsafe void Scatter(float* y, int tile, int first, int count)
    {
        int row = tile * PackedMatrix.TileRows;
        int rows = Math.Min(PackedMatrix.TileRows, Matrix.Rows - row);
        for (int t = 0; t < count; t++)
        {
            ReadOnlySpan<float> source = new(y + t * PackedMatrix.TileRows, rows);
            source.CopyTo(new Span<float>(Output.Pointer + (long)(first + t) * Matrix.Rows + row, rows));
        }
    }
}

namespace TeeTee.Inference.Kernels;

/// <summary>One matrix of a joint product and where its results go: position t's rows start at t * Matrix.Rows.</summary>
internal readonly record struct MatrixProduct(PackedMatrix Matrix, NativeBuffer<float> Output)
{
    /// <summary>
    /// Multiplies every matrix with all rows of the batch in one dispatch: the weights come from memory once, whatever the number of rows.
    /// Results are not checked for finiteness. Allocates nothing (but once for more products than the batch has met before).
    /// </summary>
    /// <exception cref="ArgumentException">A matrix, an output or the number of rows does not fit the batch.</exception>
    public static void Run(WorkerPool pool, IMatrixKernel kernel, QuantizedBatch batch, int rows, params ReadOnlySpan<MatrixProduct> products)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows, batch.Rows);
        foreach (MatrixProduct product in products)
            product.Check(batch);
        batch.Work.Run(pool, kernel, batch, products);
    }

    private void Check(QuantizedBatch batch)
    {
        if (batch.Blocks != Matrix.Blocks)
            throw new ArgumentException($"Activations of {batch.Blocks} blocks meet rows of {Matrix.Blocks}.");
        if (Output.Length < (long)batch.Rows * Matrix.Rows)
            throw new ArgumentException($"{Output.Length} outputs do not hold {batch.Rows} x {Matrix.Rows}.");
    }
}

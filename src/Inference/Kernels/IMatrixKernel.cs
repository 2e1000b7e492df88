namespace TeeTee.Inference.Kernels;

/// <summary>Multiplies a tile of 16 weight rows with quantised positions; every implementation gives the bits of MatrixVector.RowDot.</summary>
internal unsafe interface IMatrixKernel
{
    string Name { get; }

    /// <summary>y[16 * t + r] = row r of the tile times position t.</summary>
    /// <param name="tile">The tile's blocks, 544 bytes each.</param>
    /// <param name="blocks">Blocks per row, of the weights and of the activations.</param>
    /// <param name="q">Position 0's bytes; position t follows at t * blocks * 32.</param>
    /// <param name="scales">Position 0's scales; position t follows at t * blocks.</param>
    /// <param name="positions">Number of positions.</param>
    /// <param name="y">Receives 16 floats per position; not checked for finiteness.</param>
    void Multiply(byte* tile, int blocks, sbyte* q, float* scales, int positions, float* y);
}

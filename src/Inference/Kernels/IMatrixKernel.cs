namespace TeeTee.Inference.Kernels;

/// <summary>Multiplies a tile of 16 weight rows with a group of positions; every implementation gives the bits of MatrixVector.RowDot.</summary>
internal unsafe interface IMatrixKernel
{
    string Name { get; }

    /// <summary>y[t * stride + r] = row r of the tile times position t, 16 floats per position, not checked for finiteness.</summary>
    /// <param name="packing">How the tile is packed.</param>
    /// <param name="tile">The tile's blocks (<see cref="TileLayout"/>); nothing outside of them is read.</param>
    /// <param name="blocks">Blocks per row, of the weights and of the activations.</param>
    /// <param name="group">The group's blocks (<see cref="ActivationGroup"/>); nothing outside of them is read.</param>
    /// <param name="positions">Positions of the group, 1 to 8.</param>
    /// <param name="y">Where the results of position 0 go.</param>
    /// <param name="stride">Floats from one position's results to the next's, at least 16.</param>
    void Multiply(WeightPacking packing, byte* tile, int blocks, byte* group, int positions, float* y, nint stride);
}

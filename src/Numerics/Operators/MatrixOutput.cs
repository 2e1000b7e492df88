namespace TeeTee.Numerics.Operators;

/// <summary>A projection with its running accumulators.</summary>
/// <param name="Planes">
/// [weight pages per row][rows]: plane j holds each row's accumulator after 8,192 * (j + 1) columns; the last plane is the result.
/// </param>
public sealed record MatrixOutput(float[][] Planes)
{
    /// <summary>The product itself.</summary>
    public float[] Values => Planes[^1];
}

using TeeTee.Inference.Kernels;
using TeeTee.Inference.Sampling;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>A pick that is wanted from a row, and what came of it.</summary>
internal struct RowPick
{
    /// <summary>The row of the pass.</summary>
    public int Row;

    /// <summary>Position of the token that is picked.</summary>
    public uint Position;

    /// <summary>How.</summary>
    public SamplingParameters Sampling;

    /// <summary>The token; without meaning where <see cref="Failure"/> is set.</summary>
    public uint Token;

    /// <summary>What had no finite result.</summary>
    public NonFinite Failure;
}

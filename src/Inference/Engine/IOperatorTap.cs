using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Engine;

/// <summary>
/// Sees the output of each operator of a position once it is complete and before anything reads it, and may change it: what follows is computed from
/// what the tap left. Fault injection uses it; the expansion of a position calls it at the same places, so that a changed computation is expanded as it
/// was run. A session without one pays nothing. Called by one thread at a time, positions of one call in any order.
/// </summary>
/// <remarks>Layers are the model's; the operators after the last layer have the number of layers, the embedding has 0.</remarks>
public interface IOperatorTap
{
    /// <summary>
    /// A vector: <c>Embedding</c>, the result of a matrix (of long rows the last accumulators alone), <c>RotatedQuery</c>, <c>AttentionHead</c> (the
    /// output rows of all heads, one after another), the residuals and <c>Logits</c>.
    /// </summary>
    void Vector(DisputeOperator kind, int layer, int position, Span<float> values);

    /// <summary>The statistic r of a norm; its lanes stay.</summary>
    void Norm(DisputeOperator kind, int layer, int position, ref float r);

    /// <summary>A quantised vector: one scale per block of 32 values.</summary>
    void Quantized(DisputeOperator kind, int layer, int position, Span<float> scales, Span<sbyte> values);

    /// <summary>A stored row, binary16: <c>KeyRow</c> or <c>ValueRow</c>.</summary>
    void Row(DisputeOperator kind, int layer, int kvHead, int position, Span<ushort> row);
}

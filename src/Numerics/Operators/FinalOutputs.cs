namespace TeeTee.Numerics.Operators;

/// <summary>The operators after the last layer, at a position whose successor is picked.</summary>
/// <param name="Norm">Over what leaves the last layer.</param>
/// <param name="Input">The normed vector, quantised.</param>
/// <param name="Logits">One row per token.</param>
/// <param name="Bests">One per segment of logits.</param>
public sealed record FinalOutputs(NormOutput Norm, QuantizedOutput Input, MatrixOutput Logits, SegmentBest[] Bests);

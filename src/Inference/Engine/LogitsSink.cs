namespace TeeTee.Inference.Engine;

/// <summary>Looks at the logits from which the token at <paramref name="position"/> is picked.</summary>
public delegate void LogitsSink(int position, ReadOnlySpan<float> logits);

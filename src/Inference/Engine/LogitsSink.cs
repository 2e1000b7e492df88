namespace TeeTee.Inference.Engine;

/// <summary>Looks at the logits that position <paramref name="position"/> gives, from which the token after it is picked.</summary>
public delegate void LogitsSink(int position, ReadOnlySpan<float> logits);

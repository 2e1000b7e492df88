namespace TeeTee.Numerics.Operators;

/// <summary>A quantised vector.</summary>
/// <param name="Values">Length padded to whole blocks of 32, the padding zero.</param>
/// <param name="Scales">One per block.</param>
public sealed record QuantizedOutput(sbyte[] Values, float[] Scales)
{
    /// <summary>Quantises a vector of any length.</summary>
    /// <exception cref="NonFiniteException">An element is not finite.</exception>
    public static QuantizedOutput Of(ReadOnlySpan<float> x)
    {
        QuantizedOutput output = new(new sbyte[BlockQuantizer.PaddedLength(x.Length)], new float[BlockQuantizer.BlocksOf(x.Length)]);
        BlockQuantizer.Quantize(x, output.Values, output.Scales);
        return output;
    }
}

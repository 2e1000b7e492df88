namespace TeeTee.Inference.Kernels;

/// <summary>The operators between the matrix products; every implementation gives the bits of TeeTee.Numerics and the same exceptions.</summary>
internal interface IVectorKernels
{
    string Name { get; }

    void Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales);

    void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y);

    void SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output);

    void Residual(Span<float> hidden, ReadOnlySpan<float> branch);

    void AttentionHead(
        ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, ReadOnlySpan<ushort> values, float scale, Span<float> scratch, Span<float> output);

    uint Sample(ReadOnlySpan<float> logits, float inverseTemperature, TeeTee.Numerics.GumbelNoise noise);
}

using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>The definition itself.</summary>
internal sealed class ScalarVectorKernels : IVectorKernels
{
    public string Name => "scalar";

    public void Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales) => BlockQuantizer.Quantize(x, q, scales);

    public void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y) =>
        Numerics.RmsNorm.Apply(x, weight, epsilon, y);

    public void SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output) => Numerics.SiluGate.Apply(gate, up, output);

    public void Residual(Span<float> hidden, ReadOnlySpan<float> branch) => Numerics.Residual.Add(hidden, branch);

    public void AttentionHead(
        ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, ReadOnlySpan<ushort> values, float scale, Span<float> scratch, Span<float> output) =>
        Attention.Head(query, keys, values, scale, scratch, output);

    public uint Sample(ReadOnlySpan<float> logits, float inverseTemperature, GumbelNoise noise) =>
        TokenPick.Sample(logits, inverseTemperature, noise);
}

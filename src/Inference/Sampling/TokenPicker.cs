using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Sampling;

/// <summary>Picks the next token from logits (rulings 22 to 25). Pure.</summary>
public static class TokenPicker
{
    /// <summary>The token at <paramref name="position"/>, picked from the logits of the position before it.</summary>
    /// <exception cref="ArgumentException">No logits, or parameters that version 1 refuses.</exception>
    /// <exception cref="NonFiniteException">A logit or score is not finite.</exception>
    public static uint Pick(ReadOnlySpan<float> logits, SamplingParameters sampling, uint position)
    {
        if (!sampling.IsValid)
            throw new ArgumentException($"Inverse temperature bits {sampling.InverseTemperatureBits:X8} are not in [2^-7, 2^10].", nameof(sampling));
        IVectorKernels kernels = KernelSet.Best.Vectors;
        PickCandidate best = sampling.Greedy
            ? kernels.Greedy(logits, firstId: 0)
            : kernels.Sample(logits, firstId: 0, sampling.InverseTemperature, sampling.NoiseAt(position));
        best.Failure.Require();
        return best.Id;
    }
}

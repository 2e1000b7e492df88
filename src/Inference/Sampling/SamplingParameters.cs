using TeeTee.Numerics;
using TeeTee.Primitives;

namespace TeeTee.Inference.Sampling;

/// <summary>How tokens are picked, as the signed request says it (docs/protocol.md, section 4).</summary>
/// <param name="Greedy">True takes the largest logit; the other two are then ignored.</param>
/// <param name="InverseTemperatureBits">Binary32 bits of 1/T, in [2^-7, 2^10] (ruling 25).</param>
/// <param name="Seed">The seed of the noise; a pick depends on nothing but the logits, these parameters and its position.</param>
public readonly record struct SamplingParameters(bool Greedy, uint InverseTemperatureBits, Bytes32 Seed)
{
    private const float LowestInverseTemperature = 1f / 128;
    private const float HighestInverseTemperature = 1024;

    /// <summary>Greedy picks.</summary>
    public static SamplingParameters MostLikely { get; } = new(true, 0x3F80_0000, Bytes32.Zero);

    /// <summary>1/T.</summary>
    public float InverseTemperature => BitConverter.UInt32BitsToSingle(InverseTemperatureBits);

    /// <summary>True where version 1 accepts the parameters: greedy, or 1/T in range.</summary>
    public bool IsValid =>
        Greedy || (InverseTemperature >= LowestInverseTemperature && InverseTemperature <= HighestInverseTemperature);

    /// <summary>Sampled picks at temperature <paramref name="temperature"/>: the nearest binary32 to its inverse.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The inverse leaves [2^-7, 2^10].</exception>
    public static SamplingParameters AtTemperature(double temperature, Bytes32 seed)
    {
        SamplingParameters parameters = new(false, BitConverter.SingleToUInt32Bits((float)(1 / temperature)), seed);
        return parameters.IsValid
            ? parameters
            : throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The inverse temperature must be in [2^-7, 2^10].");
    }

    internal GumbelNoise NoiseAt(uint position)
    {
        Span<byte> seed = stackalloc byte[Bytes32.Size];
        Seed.CopyTo(seed);
        return new GumbelNoise(seed, position);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Sessions;

/// <summary>How clients' words for sampling become the signed parameters.</summary>
public static class SamplingChoice
{
    /// <summary>Temperature 0 is greedy, whatever the seed.</summary>
    /// <param name="temperature">0, or 1/1024 to 128.</param>
    /// <param name="seed">Expanded by <see cref="ExpandSeed"/>; drawn at random if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature leaves its range.</exception>
    public static Sampling Create(double temperature, long? seed)
    {
        if (temperature == 0)
            return Sampling.GreedyPick;
        Bytes32 noise = seed is { } number ? ExpandSeed(number) : new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size));
        return From(SamplingParameters.AtTemperature(temperature, noise));
    }

    /// <summary>The engine's parameters as the request carries them.</summary>
    public static Sampling From(SamplingParameters parameters) =>
        parameters.Greedy ? Sampling.GreedyPick : new Sampling(false, parameters.InverseTemperatureBits, 0, parameters.Seed);

    /// <summary>keccak256 of the number's 8 big-endian bytes (docs/api.md, section 2).</summary>
    public static Bytes32 ExpandSeed(long seed)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seed);
        return Keccak256.Hash(bytes);
    }
}

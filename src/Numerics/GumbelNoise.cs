using System.Buffers.Binary;

namespace TeeTee.Numerics;

/// <summary>The noise added to a logit: g = -ln(-ln(u)), u from Philox by (seed, position, token) (rulings 22, 23, 24).</summary>
public readonly struct GumbelNoise
{
    /// <summary>Bytes of a seed; the first 16 are used.</summary>
    public const int SeedBytes = 32;

    /// <summary>The noise of one pick.</summary>
    /// <param name="seed">32 bytes of the signed request.</param>
    /// <param name="position">Position of the token being picked.</param>
    public GumbelNoise(ReadOnlySpan<byte> seed, uint position)
    {
        Shape.RequireEqual(seed.Length, SeedBytes);
        K0 = BinaryPrimitives.ReadUInt32LittleEndian(seed);
        K1 = BinaryPrimitives.ReadUInt32LittleEndian(seed[4..]);
        C2 = BinaryPrimitives.ReadUInt32LittleEndian(seed[8..]);
        C3 = BinaryPrimitives.ReadUInt32LittleEndian(seed[12..]);
        Position = position;
    }

    /// <summary>First word of the key.</summary>
    public uint K0 { get; }

    /// <summary>Second word of the key.</summary>
    public uint K1 { get; }

    /// <summary>Word 0 of the counter: position of the token being picked. Word 1 is the token id / 4.</summary>
    public uint Position { get; }

    /// <summary>Word 2 of the counter.</summary>
    public uint C2 { get; }

    /// <summary>Word 3 of the counter.</summary>
    public uint C3 { get; }

    /// <summary>The noise of one token id.</summary>
    public float At(uint tokenId)
    {
        (uint w0, uint w1, uint w2, uint w3) = Words(tokenId >> 2);
        return FromWord((tokenId & 3) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 });
    }

    /// <summary>The four words shared by the token ids 4 * group .. 4 * group + 3.</summary>
    public (uint W0, uint W1, uint W2, uint W3) Words(uint group) => Philox4x32.Generate(Position, group, C2, C3, K0, K1);

    /// <summary>The noise of one random word.</summary>
    public static float FromWord(uint word) => FromUniform(Uniform(word));

    /// <summary>u = (2 * (word >> 9) + 1) * 2^-24: exact, in [2^-24, 1 - 2^-24].</summary>
    public static float Uniform(uint word) => (2 * (word >> 9) + 1) * (1f / 16_777_216f);

    /// <summary>g = -ln(-ln(u)), between -2.81 and 16.64.</summary>
    public static float FromUniform(float u) => -CanonicalLog.Ln(-CanonicalLog.Ln(u));
}

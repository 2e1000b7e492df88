namespace TeeTee.Numerics;

/// <summary>Philox4x32-10, the counter-based generator of Random123 (Salmon et al., SC 2011): the noise source of ruling 23.</summary>
public static class Philox4x32
{
    /// <summary>Rounds of a call.</summary>
    public const int Rounds = 10;

    /// <summary>Multiplies word 0 in every round.</summary>
    public const uint Multiplier0 = 0xD251_1F53;

    /// <summary>Multiplies word 2 in every round.</summary>
    public const uint Multiplier1 = 0xCD9E_8D57;

    /// <summary>Added to key word 0 after every round.</summary>
    public const uint Weyl0 = 0x9E37_79B9;

    /// <summary>Added to key word 1 after every round.</summary>
    public const uint Weyl1 = 0xBB67_AE85;

    /// <summary>Four words from a 128-bit counter and a 64-bit key, words in the order of the reference implementation.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Generate(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (c0, c1, c2, c3);
    }
}

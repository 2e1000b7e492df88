namespace TeeTee.Primitives;

/// <summary>Truth tables of AVX-512's three-input logic: bit 4a + 2b + c of the table is the result for bits a, b, c.</summary>
internal static class TernaryBits
{
    /// <summary>a ^ b ^ c.</summary>
    public const byte Parity = 0x96;

    /// <summary>b where a is set, else c.</summary>
    public const byte Select = 0xCA;

    /// <summary>What two of three have.</summary>
    public const byte Majority = 0xE8;
}

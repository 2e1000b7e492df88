using System.Globalization;

namespace TeeTee.Ethereum;

/// <summary>Numbers as JSON-RPC writes them: 0x and hex without leading zeros.</summary>
internal static class Quantity
{
    public static string Encode(UInt128 value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">Not 0x and at most 32 significant hex digits.</exception>
    public static UInt128 Parse(string? text)
    {
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length < 3)
            throw new FormatException("Expected a quantity: 0x and hex digits.");
        // Some nodes pad; more than 128 significant bits fail in the parser.
        var digits = text.AsSpan(2).TrimStart('0');
        return digits.Length == 0 ? 0
            : UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value
            : throw new FormatException("Expected a quantity of at most 128 bits.");
    }

    /// <exception cref="FormatException">Not 0x and at most 16 significant hex digits.</exception>
    public static ulong ParseUInt64(string? text) => Parse(text) is var value && value <= ulong.MaxValue
        ? (ulong)value
        : throw new FormatException("Expected a quantity of at most 64 bits.");
}

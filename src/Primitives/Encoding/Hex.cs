namespace TeeTee.Primitives;

/// <summary>Hexadecimal text as Ethereum writes it: lower case, prefixed with <c>0x</c>.</summary>
public static class Hex
{
    /// <summary>Lower-case hex of <paramref name="data"/> with the prefix <c>0x</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> data) => "0x" + Convert.ToHexStringLower(data);

    /// <summary>The bytes of an even number of hex digits of either case; the prefix <c>0x</c> is optional.</summary>
    /// <exception cref="FormatException">The text is not hex.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        if (!TryDecode(text, out var data))
            throw new FormatException($"Not hex with an even number of digits ({text.Length} characters).");
        return data;
    }

    /// <summary>Like <see cref="Decode"/>; false instead of an exception.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] data)
    {
        var digits = WithoutPrefix(text);
        data = [];
        if (digits.Length % 2 != 0)
            return false;
        var buffer = new byte[digits.Length / 2];
        if (!TryDecodeDigits(digits, buffer))
            return false;
        data = buffer;
        return true;
    }

    /// <summary>Fills <paramref name="target"/> from exactly twice as many digits after a mandatory <c>0x</c>.</summary>
    internal static bool TryDecodeExact(ReadOnlySpan<char> text, Span<byte> target) =>
        text.Length == 2 + 2 * target.Length && HasPrefix(text) && TryDecodeDigits(text[2..], target);

    private static bool TryDecodeDigits(ReadOnlySpan<char> digits, Span<byte> target) =>
        digits.Length == 2 * target.Length
        && Convert.FromHexString(digits, target, out _, out _) == System.Buffers.OperationStatus.Done;

    private static bool HasPrefix(ReadOnlySpan<char> text) => text.Length >= 2 && text[0] == '0' && (text[1] is 'x' or 'X');

    private static ReadOnlySpan<char> WithoutPrefix(ReadOnlySpan<char> text) => HasPrefix(text) ? text[2..] : text;
}

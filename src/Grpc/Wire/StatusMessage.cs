using System.Globalization;
using System.Text;

namespace TeeTee.Grpc.Wire;

/// <summary>The grpc-message header: UTF-8, percent-encoded outside 0x20 to 0x7E and at '%' itself.</summary>
internal static class StatusMessage
{
    /// <summary>Peers refuse a response whose headers are long, so a longer text is cut at a character.</summary>
    public const int MaxEncodedLength = 4096;

    public static string Encode(string message)
    {
        StringBuilder text = new(Math.Min(message.Length, MaxEncodedLength));
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in message.EnumerateRunes())
        {
            bool plain = rune.Value is >= ' ' and <= '~' and not '%';
            int length = plain ? 1 : rune.EncodeToUtf8(utf8);
            if (text.Length + (plain ? 1 : 3 * length) > MaxEncodedLength)
                break;
            if (plain)
                text.Append((char)rune.Value);
            else
                foreach (byte b in utf8[..length])
                    text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.ToString();
    }

    /// <summary>Decodes leniently, as the protocol asks: what is no escape stands for itself.</summary>
    public static string Decode(string header)
    {
        if (!header.Contains('%'))
            return header;
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(header.Length)];
        int length = 0;
        for (int i = 0; i < header.Length; i++)
        {
            if (header[i] == '%' && i + 2 < header.Length && TryHex(header.AsSpan(i + 1, 2), out bytes[length]))
            {
                length++;
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(header.AsSpan(i, 1), bytes.AsSpan(length));
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out byte value) =>
        byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}

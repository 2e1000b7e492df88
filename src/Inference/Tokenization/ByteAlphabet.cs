using System.Text;

namespace TeeTee.Inference.Tokenization;

/// <summary>GPT-2's printable spelling of bytes: printable Latin-1 stands for itself, the other 68 bytes for U+0100 on.</summary>
internal static class ByteAlphabet
{
    private static readonly int[] s_byteOfRune = BuildInverse();

    /// <summary>The bytes that a token text spells, or null where a character is no byte's.</summary>
    public static byte[]? ToBytes(ReadOnlySpan<byte> text)
    {
        List<byte> bytes = new(text.Length);
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf8(text, out Rune rune, out int consumed) != System.Buffers.OperationStatus.Done
                || rune.Value >= s_byteOfRune.Length || s_byteOfRune[rune.Value] < 0)
                return null;
            bytes.Add((byte)s_byteOfRune[rune.Value]);
            text = text[consumed..];
        }
        return [.. bytes];
    }

    private static int[] BuildInverse()
    {
        int[] inverse = new int[256 + 68];
        Array.Fill(inverse, -1);
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            inverse[printable ? value : next++] = value;
        }
        return inverse;
    }
}

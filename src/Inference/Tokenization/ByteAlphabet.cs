using System.Text;

namespace TeeTee.Inference.Tokenization;

/// <summary>GPT-2's printable spelling of bytes: printable Latin-1 stands for itself, the other 68 bytes for U+0100 on.</summary>
internal static class ByteAlphabet
{
    private static readonly int[] s_byteOfRune = BuildInverse();

    /// <summary>The bytes that a token text spells, or null where a character is no byte's.</summary>
    public static byte[]? ToBytes(ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[text.Length];
        int count = ToBytes(text, bytes);
        return count < 0 ? null : bytes[..count];
    }

    /// <summary>Writes the bytes that a text spells, at most as many as it has itself, and returns their number; -1 where a character is no byte's.</summary>
    public static int ToBytes(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int count = 0;
        for (int at = 0; at < text.Length;)
        {
            int consumed = 1, value = text[at];
            if (value >= 0x80)
                value = Rune.DecodeFromUtf8(text[at..], out Rune rune, out consumed) == System.Buffers.OperationStatus.Done ? rune.Value : int.MaxValue;
            if (value >= s_byteOfRune.Length || s_byteOfRune[value] < 0)
                return -1;
            destination[count++] = (byte)s_byteOfRune[value];
            at += consumed;
        }
        return count;
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

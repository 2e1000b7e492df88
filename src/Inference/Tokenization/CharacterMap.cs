using System.Buffers;
using System.Globalization;
using System.Text;

namespace TeeTee.Inference.Tokenization;

/// <summary>Where each character of a text starts and what it is. Bytes that are no UTF-8 are characters of class Other.</summary>
internal readonly ref struct CharacterMap
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly int[] _starts;
    private readonly CharacterClass[] _classes;

    public CharacterMap(ReadOnlySpan<byte> text)
    {
        _text = text;
        _starts = new int[text.Length + 1];
        _classes = new CharacterClass[text.Length];
        for (int at = 0; at < text.Length; Count++)
        {
            bool valid = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int consumed) == OperationStatus.Done;
            _starts[Count] = at;
            _classes[Count] = valid ? Classify(rune) : CharacterClass.Other;
            at += consumed;
        }
        _starts[Count] = text.Length;
    }

    /// <summary>Number of characters.</summary>
    public int Count { get; }

    public CharacterClass this[int index] => _classes[index];

    /// <summary>Byte offset of a character; that of the end for <see cref="Count"/>.</summary>
    public int Start(int index) => _starts[index];

    /// <summary>True where the character is this ASCII one.</summary>
    public bool Is(int index, char ascii) => _text[_starts[index]] == ascii;

    private static CharacterClass Classify(Rune rune)
    {
        if (Rune.IsWhiteSpace(rune))
            return CharacterClass.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => CharacterClass.Punctuation,
            _ when rune.IsAscii && "$+<=>^~|".Contains((char)rune.Value) => CharacterClass.Punctuation,
            _ => CharacterClass.Other,
        };
    }
}

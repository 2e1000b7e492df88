using System.Buffers;
using System.Globalization;
using System.Text;

namespace TeeTee.Inference.Tokenization;

/// <summary>
/// Where each character of a text starts, its code point, and what it is. Bytes that are no UTF-8 are characters of class
/// Other without a code point. Classes are those of the runtime's Unicode version; code points that it does not know are Other.
/// </summary>
internal readonly ref struct CharacterMap
{
    private const int None = -1;
    private readonly int[] _starts;
    private readonly int[] _codePoints;
    private readonly CharacterClass[] _classes;

    public CharacterMap(ReadOnlySpan<byte> text)
    {
        _starts = new int[text.Length + 1];
        _codePoints = new int[text.Length];
        _classes = new CharacterClass[text.Length];
        for (int at = 0; at < text.Length; Count++)
        {
            bool valid = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int consumed) == OperationStatus.Done;
            _starts[Count] = at;
            _codePoints[Count] = valid ? rune.Value : None;
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

    /// <summary>The character's Unicode number, or -1.</summary>
    public int CodePoint(int index) => _codePoints[index];

    /// <summary>True where the character is this one.</summary>
    public bool Is(int index, char ascii) => _codePoints[index] == ascii;

    /// <summary>True for CR and LF, the only line ends that the patterns know.</summary>
    public bool IsNewline(int index) => _codePoints[index] is '\r' or '\n';

    /// <summary>What a character is to the patterns: \s is Unicode's White_Space, \p{L}, \p{N} and \p{P} its categories.</summary>
    internal static CharacterClass Classify(Rune rune)
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

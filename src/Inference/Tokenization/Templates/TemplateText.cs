namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>A text that remembers which of its parts the template wrote (trusted) and which came from a message.</summary>
internal sealed class TemplateText
{
    /// <summary>The longest text that a template may make, in UTF-16 units.</summary>
    public const int MaxLength = 4 << 20;

    private string? _whole;

    private TemplateText(IReadOnlyList<(string Text, bool Trusted)> parts)
    {
        Parts = parts;
        Length = parts.Sum(static part => part.Text.Length);
    }

    public IReadOnlyList<(string Text, bool Trusted)> Parts { get; }

    public int Length { get; }

    public static TemplateText Trusted(string text) => new([(text, true)]);

    public static TemplateText Untrusted(string text) => new([(text, false)]);

    /// <exception cref="ChatTemplateException">The result would be too long.</exception>
    public static TemplateText Concat(IEnumerable<TemplateText> texts)
    {
        List<(string, bool)> parts = [];
        long length = 0;
        foreach (TemplateText text in texts)
        {
            if ((length += text.Length) > MaxLength)
                throw new ChatTemplateException($"The chat template makes a text longer than {MaxLength}.");
            parts.AddRange(text.Parts.Where(static part => part.Text.Length > 0));
        }
        return new TemplateText(parts);
    }

    /// <summary>The part [start, start + length), each piece keeping its origin.</summary>
    public TemplateText Slice(int start, int length)
    {
        List<(string, bool)> parts = [];
        int at = 0;
        foreach ((string text, bool trusted) in Parts)
        {
            int from = Math.Max(start - at, 0);
            int to = Math.Min(start + length - at, text.Length);
            if (from < to)
                parts.Add((text[from..to], trusted));
            at += text.Length;
        }
        return new TemplateText(parts);
    }

    /// <summary>Number of Unicode characters, as templates count.</summary>
    public int CountCharacters() => ToString().EnumerateRunes().Count();

    /// <summary>As <see cref="Slice"/>, counted in Unicode characters.</summary>
    public TemplateText SliceCharacters(int start, int count)
    {
        int from = ToString().EnumerateRunes().Take(start).Sum(static rune => rune.Utf16SequenceLength);
        int length = ToString().EnumerateRunes().Skip(start).Take(count).Sum(static rune => rune.Utf16SequenceLength);
        return Slice(from, length);
    }

    /// <summary>Each piece changed on its own, origins kept.</summary>
    public TemplateText Map(Func<string, string> change) =>
        new([.. Parts.Select(part => (change(part.Text), part.Trusted))]);

    /// <summary>Without white space (or the given characters) at its ends.</summary>
    public TemplateText Trim(bool start, bool end, string? characters = null)
    {
        string whole = ToString();
        int from = 0, to = whole.Length;
        while (start && from < to && Falls(whole[from]))
            from++;
        while (end && to > from && Falls(whole[to - 1]))
            to--;
        return Slice(from, to - from);

        bool Falls(char unit) => characters is null ? IsSpace(unit) : characters.Contains(unit);
    }

    public override string ToString() => _whole ??= string.Concat(Parts.Select(static part => part.Text));

    /// <summary>White space as Python's texts know it, which has four separators more than .NET's.</summary>
    public static bool IsSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001C' and <= '\u001F';
}

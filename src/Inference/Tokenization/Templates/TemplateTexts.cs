namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>Taking texts apart and joining them, every piece keeping its origin.</summary>
internal static class TemplateTexts
{
    /// <summary>Python's split: at a separator, or at white space where none is given.</summary>
    public static List<object?> Split(TemplateText text, CallArguments call)
    {
        long most = call.Number(1, "maxsplit", -1);
        return call.Get(0, "sep") switch
        {
            null or TemplateUndefined => SplitWords(text, most, call),
            TemplateText { Length: > 0 } separator => SplitAt(text, separator.ToString(), most, call),
            TemplateText => throw call.Fault("an empty separator splits nothing"),
            _ => throw call.Fault("the separator must be a text"),
        };
    }

    public static TemplateText Replace(TemplateText text, CallArguments call)
    {
        TemplateText old = call.Text(0, "old"), with = call.Text(1, "new");
        if (old.Length == 0)
            throw call.Fault("an empty text cannot be replaced");
        List<object?> parts = SplitAt(text, old.ToString(), -1, call);
        return TemplateText.Concat(Between(parts.Cast<TemplateText>(), with, call));
    }

    public static TemplateText Join(TemplateText separator, object? items, CallArguments call) => items is List<object?> list
        ? TemplateText.Concat(Between(list.Select(item => TemplateValues.ToText(item, call.Line)), separator, call))
        : throw call.Fault($"a {TemplateValues.Name(items)} cannot be joined");

    private static IEnumerable<TemplateText> Between(IEnumerable<TemplateText> texts, TemplateText separator, CallArguments call)
    {
        bool first = true;
        foreach (TemplateText text in texts)
        {
            call.Charge(1 + separator.Parts.Count + text.Parts.Count);
            if (!first)
                yield return separator;
            yield return text;
            first = false;
        }
    }

    private static List<object?> SplitAt(TemplateText text, string separator, long most, CallArguments call)
    {
        List<object?> parts = [];
        string whole = text.ToString();
        int start = 0;
        for (int at; (most < 0 || parts.Count < most) && (at = whole.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = at + separator.Length)
            parts.Add(Slice(text, start, at, call));
        parts.Add(Slice(text, start, whole.Length, call));
        return parts;
    }

    private static List<object?> SplitWords(TemplateText text, long most, CallArguments call)
    {
        List<object?> words = [];
        string whole = text.ToString();
        for (int at = 0; ;)
        {
            while (at < whole.Length && TemplateText.IsSpace(whole[at]))
                at++;
            if (at >= whole.Length)
                return words;
            int end = at;
            while (end < whole.Length && !TemplateText.IsSpace(whole[end]))
                end++;
            if (most >= 0 && words.Count >= most)
                end = whole.Length;
            words.Add(Slice(text, at, end, call));
            at = end;
        }
    }

    private static TemplateText Slice(TemplateText text, int from, int to, CallArguments call)
    {
        call.Charge(1 + text.Parts.Count);
        return text.Slice(from, to - from);
    }
}

using System.Globalization;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The functions, methods, filters and tests of the subset; any other name is an error.</summary>
internal static class TemplateFunctions
{
    public static object? Function(string name, IReadOnlyList<object?> arguments, IReadOnlyList<(string Name, object? Value)> named, int line)
    {
        switch (name)
        {
            case "namespace" or "dict":
                return named.ToDictionary(static pair => pair.Name, static pair => pair.Value);
            case "raise_exception":
                string reason = arguments is [TemplateText { Parts: var parts } text] && parts.All(static part => part.Trusted)
                    ? text.ToString()
                    : "the conversation is refused";
                throw new ChatTemplateException(line, reason);
            default:
                throw new ChatTemplateException(line, $"the function {name} is not supported");
        }
    }

    public static object? Method(object? target, string name, IReadOnlyList<object?> arguments, int line) => (target, name, arguments) switch
    {
        (TemplateText text, "strip", _) => text.Trim(true, true, Characters(arguments, line)),
        (TemplateText text, "lstrip", _) => text.Trim(true, false, Characters(arguments, line)),
        (TemplateText text, "rstrip", _) => text.Trim(false, true, Characters(arguments, line)),
        (TemplateText text, "startswith", [TemplateText part]) => text.ToString().StartsWith(part.ToString(), StringComparison.Ordinal),
        (TemplateText text, "endswith", [TemplateText part]) => text.ToString().EndsWith(part.ToString(), StringComparison.Ordinal),
        (TemplateText text, "split", [TemplateText separator]) => Split(text, separator.ToString(), line),
        (TemplateText, "upper" or "lower" or "title" or "capitalize", []) => Filter(target, name, arguments, line),
        (Dictionary<string, object?> map, "get", [TemplateText key]) => map.GetValueOrDefault(key.ToString()),
        (Dictionary<string, object?> map, "get", [TemplateText key, _]) =>
            map.TryGetValue(key.ToString(), out object? value) ? value : arguments[1],
        _ => throw new ChatTemplateException(line, $"a {TemplateValues.Name(target)} has no method {name} for these arguments"),
    };

    public static object? Filter(object? target, string name, IReadOnlyList<object?> arguments, int line) => (target, name) switch
    {
        (_, "default" or "d") => target is TemplateUndefined ? (arguments.Count > 0 ? arguments[0] : TemplateText.Trusted("")) : target,
        (_, "string") => TemplateValues.ToText(target, line),
        (TemplateText text, "trim") => text.Trim(true, true, Characters(arguments, line)),
        (TemplateText text, "upper") => text.Map(static part => part.ToUpperInvariant()),
        (TemplateText text, "lower") => text.Map(static part => part.ToLowerInvariant()),
        (TemplateText text, "title") => text.Map(static part => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(part.ToLowerInvariant())),
        (TemplateText text, "capitalize") => TemplateText.Concat(
            [text.Slice(0, Math.Min(1, text.Length)).Map(static part => part.ToUpperInvariant()),
             text.Slice(1, Math.Max(0, text.Length - 1)).Map(static part => part.ToLowerInvariant())]),
        (TemplateText text, "length" or "count") => (long)text.CountCharacters(),
        (List<object?> list, "length" or "count") => (long)list.Count,
        (List<object?> list, "first") => list.Count > 0 ? list[0] : TemplateUndefined.Value,
        (List<object?> list, "last") => list.Count > 0 ? list[^1] : TemplateUndefined.Value,
        (List<object?> list, "list") => list,
        _ => throw new ChatTemplateException(line, $"the filter {name} is not supported for a {TemplateValues.Name(target)}"),
    };

    public static bool Test(object? target, string name, int line) => name switch
    {
        "defined" => target is not TemplateUndefined,
        "undefined" => target is TemplateUndefined,
        "none" => target is null,
        "string" => target is TemplateText,
        "mapping" => target is Dictionary<string, object?>,
        "iterable" or "sequence" => target is TemplateText or List<object?> or Dictionary<string, object?>,
        "number" or "integer" => target is long,
        "boolean" => target is bool,
        "true" => target is true,
        "false" => target is false,
        "odd" => target is long odd && odd % 2 != 0,
        "even" => target is long even && even % 2 == 0,
        _ => throw new ChatTemplateException(line, $"the test {name} is not supported"),
    };

    private static string? Characters(IReadOnlyList<object?> arguments, int line) => arguments switch
    {
        [] => null,
        [TemplateText text] => text.ToString(),
        _ => throw new ChatTemplateException(line, "the characters to strip must be one text"),
    };

    private static List<object?> Split(TemplateText text, string separator, int line)
    {
        if (separator.Length == 0)
            throw new ChatTemplateException(line, "an empty separator splits nothing");
        List<object?> parts = [];
        string whole = text.ToString();
        int start = 0;
        for (int at; (at = whole.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = at + separator.Length)
            parts.Add(text.Slice(start, at - start));
        parts.Add(text.Slice(start, whole.Length - start));
        return parts;
    }
}

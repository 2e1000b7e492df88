namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The methods of Python's texts and mappings that templates call; any other is an error.</summary>
internal static class TemplateMethods
{
    public static object? Call(object? target, CallArguments call) => (target, call.Name) switch
    {
        (TemplateText text, "strip") => text.Trim(true, true, Characters(call)),
        (TemplateText text, "lstrip") => text.Trim(true, false, Characters(call)),
        (TemplateText text, "rstrip") => text.Trim(false, true, Characters(call)),
        (TemplateText text, "startswith") => text.ToString().StartsWith(Part(call), StringComparison.Ordinal),
        (TemplateText text, "endswith") => text.ToString().EndsWith(Part(call), StringComparison.Ordinal),
        (TemplateText text, "split") => TemplateTexts.Split(text, call.Takes("sep", "maxsplit")),
        (TemplateText text, "replace") => TemplateTexts.Replace(text, call.Takes("old", "new")),
        (TemplateText text, "join") => TemplateTexts.Join(text, call.Takes("items").Get(0, "items"), call),
        (TemplateText, "upper" or "lower" or "title" or "capitalize") => TemplateFilters.Call(target, call.Takes()),
        (Dictionary<string, object?> map, "get") => map.GetValueOrDefault(call.Takes("key", "default").Text(0, "key").ToString(), Missing(call)),
        (Dictionary<string, object?> map, "items") => call.TakesNothing(TemplateValues.Items(map)),
        (Dictionary<string, object?> map, "keys") => call.TakesNothing(TemplateValues.Keys(map)),
        (Dictionary<string, object?> map, "values") => call.TakesNothing(map.Values.ToList()),
        _ => throw call.Fault($"a {TemplateValues.Name(target)} has no method {call.Name}"),
    };

    public static string? Characters(CallArguments call) => call.Takes("chars").Get(0, "chars") switch
    {
        TemplateUndefined or null => null,
        TemplateText text => text.ToString(),
        _ => throw call.Fault("the characters to strip must be one text"),
    };

    private static string Part(CallArguments call) => call.Takes("part").Text(0, "part").ToString();

    private static object? Missing(CallArguments call) => call.Get(1, "default") is var value and not TemplateUndefined ? value : null;
}

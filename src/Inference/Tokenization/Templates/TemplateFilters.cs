using System.Globalization;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The filters of the subset; any other name, and any other kind of value, is an error.</summary>
internal static class TemplateFilters
{
    public static object? Call(object? target, CallArguments call) => (target, call.Name) switch
    {
        (_, "default" or "d") => Default(target, call.Takes("default_value", "boolean")),
        (_, "string" or "safe") => call.TakesNothing(TemplateValues.ToText(target, call.Line)),
        (_, "tojson") => TemplateJson.Write(target, call.Takes("indent").Get(0, "indent"), call),
        (_, "int") => ToInteger(target, call.Takes("default")),
        (TemplateText text, "trim") => text.Trim(true, true, TemplateMethods.Characters(call)),
        (TemplateText text, "upper") => text.Map(static part => part.ToUpperInvariant()),
        (TemplateText text, "lower") => text.Map(static part => part.ToLowerInvariant()),
        (TemplateText text, "title") => text.Map(static part => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(part.ToLowerInvariant())),
        (TemplateText text, "capitalize") => TemplateText.Concat(
            [text.Slice(0, Math.Min(1, text.Length)).Map(static part => part.ToUpperInvariant()),
             text.Slice(1, Math.Max(0, text.Length - 1)).Map(static part => part.ToLowerInvariant())]),
        (TemplateText text, "replace") => TemplateTexts.Replace(text, call.Takes("old", "new")),
        (TemplateText text, "length" or "count") => (long)text.CountCharacters(),
        (Dictionary<string, object?> map, "length" or "count") => (long)map.Count,
        (Dictionary<string, object?> map, "items") => TemplateValues.Items(map),
        (Dictionary<string, object?> map, "list") => TemplateValues.Keys(map),
        (TemplateUndefined, "length" or "count") => 0L,
        (TemplateUndefined, "list" or "items") => new List<object?>(),
        (List<object?> list, _) => OfList(list, call),
        _ => throw call.Fault($"the filter {call.Name} is not supported for a {TemplateValues.Name(target)}"),
    };

    private static object? OfList(List<object?> list, CallArguments call) => call.Name switch
    {
        "length" or "count" => (long)list.Count,
        "first" => list.Count > 0 ? list[0] : TemplateUndefined.Value,
        "last" => list.Count > 0 ? list[^1] : TemplateUndefined.Value,
        "list" => list,
        "reverse" => Enumerable.Reverse(list).ToList(),
        "join" => TemplateTexts.Join(call.Takes("d").Get(0, "d") as TemplateText ?? TemplateText.Trusted(""), list, call),
        "map" => Map(list, call),
        "select" => Select(list, call, static item => item, 0, wanted: true),
        "reject" => Select(list, call, static item => item, 0, wanted: false),
        "selectattr" => Select(list, call, Attribute(call), 1, wanted: true),
        "rejectattr" => Select(list, call, Attribute(call), 1, wanted: false),
        _ => throw call.Fault($"the filter {call.Name} is not supported for a list"),
    };

    private static object? Default(object? target, CallArguments call)
    {
        bool replaces = target is TemplateUndefined || (TemplateValues.IsTrue(call.Get(1, "boolean")) && !TemplateValues.IsTrue(target));
        object? value = call.Get(0, "default_value");
        return !replaces ? target : value is TemplateUndefined ? TemplateText.Trusted("") : value;
    }

    private static long ToInteger(object? target, CallArguments call) => target switch
    {
        long number => number,
        bool truth => truth ? 1 : 0,
        TemplateText text when long.TryParse(text.Trim(true, true).ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
        _ => call.Number(0, "default", 0),
    };

    /// <summary>map(attribute='name') or map('filter', its arguments).</summary>
    private static List<object?> Map(List<object?> list, CallArguments call)
    {
        if (call.Positional.Count == 0)
        {
            TemplateText name = call.Takes("attribute").Text(0, "attribute");
            return [.. list.Select(item => Member(item, name, call))];
        }
        CallArguments filter = call.From(1, call.Text(0, "filter").ToString());
        return [.. list.Select(item => Charged(item, filter))];
    }

    private static object? Charged(object? item, CallArguments filter)
    {
        filter.Charge(1 + TemplateValues.Size(item));
        return Call(item, filter);
    }

    private static Func<object?, object?> Attribute(CallArguments call)
    {
        TemplateText name = call.Text(0, "attribute");
        return item => Member(item, name, call);
    }

    private static List<object?> Select(List<object?> list, CallArguments call, Func<object?, object?> subject, int test, bool wanted)
    {
        if (call.Positional.Count <= test)
            return [.. list.Where(item => TemplateValues.IsTrue(subject(item)) == wanted)];
        CallArguments arguments = call.From(test + 1, call.Text(test, "test").ToString());
        return [.. list.Where(item =>
        {
            object? value = subject(item);
            call.Charge(1 + TemplateValues.Size(value));
            return TemplateTests.Holds(value, arguments) == wanted;
        })];
    }

    private static object? Member(object? item, TemplateText name, CallArguments call) => name.ToString().Contains('.')
        ? throw call.Fault($"{call.Name} does not follow paths of attributes")
        : TemplateValues.Member(item, name, call.Line);
}

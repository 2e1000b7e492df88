using System.Globalization;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>
/// What values mean: undefined, null, bool, long, <see cref="TemplateText"/>, List and Dictionary (also a namespace).
/// </summary>
internal static class TemplateValues
{
    public static bool IsTrue(object? value) => value switch
    {
        null or TemplateUndefined => false,
        bool truth => truth,
        long number => number != 0,
        TemplateText text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> map => map.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (TemplateText a, TemplateText b) => a.ToString() == b.ToString(),
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(static pair => AreItemsEqual(pair.First, pair.Second)),
        (bool a, long b) => (a ? 1 : 0) == b,
        (long a, bool b) => a == (b ? 1 : 0),
        _ => Equals(left, right),
    };

    /// <summary>The printed form.</summary>
    public static TemplateText ToText(object? value, int line) => value switch
    {
        TemplateText text => text,
        TemplateUndefined => TemplateText.Trusted(""),
        null => TemplateText.Trusted("None"),
        bool truth => TemplateText.Trusted(truth ? "True" : "False"),
        long number => TemplateText.Trusted(number.ToString(CultureInfo.InvariantCulture)),
        _ => throw new ChatTemplateException(line, $"a {Name(value)} cannot be printed"),
    };

    public static string Name(object? value) => value switch
    {
        null => "none",
        TemplateUndefined => "value that is not defined",
        bool => "truth value",
        long => "number",
        TemplateText => "text",
        List<object?> => "list",
        _ => "mapping",
    };

    /// <summary>Member by name or index; undefined where there is none, an error on what has no members.</summary>
    public static object? Member(object? target, object? key, int line) => (target, key) switch
    {
        (Dictionary<string, object?> map, TemplateText name) =>
            map.TryGetValue(name.ToString(), out object? value) ? value : TemplateUndefined.Value,
        (List<object?> list, long index) => Index(index, list.Count) is int at ? list[at] : TemplateUndefined.Value,
        (TemplateText text, long index) => Index(index, text.CountCharacters()) is int at ? text.SliceCharacters(at, 1) : TemplateUndefined.Value,
        (List<object?> or TemplateText or bool or long, TemplateText) => TemplateUndefined.Value,
        _ => throw new ChatTemplateException(line, $"a {Name(target)} has no members"),
    };

    /// <summary>Python's slice without a step.</summary>
    public static object Slice(object? target, object? from, object? to, int line)
    {
        int length = target switch
        {
            List<object?> list => list.Count,
            TemplateText text => text.CountCharacters(),
            _ => throw new ChatTemplateException(line, $"a {Name(target)} cannot be sliced"),
        };
        int start = Bound(from, 0, length, line);
        int count = Math.Max(0, Bound(to, length, length, line) - start);
        return target is List<object?> items ? items.GetRange(start, count) : ((TemplateText)target!).SliceCharacters(start, count);
    }

    public static bool Contains(object? container, object? item, int line) => container switch
    {
        TemplateText text when item is TemplateText part => text.ToString().Contains(part.ToString(), StringComparison.Ordinal),
        List<object?> list => list.Any(entry => AreItemsEqual(entry, item)),
        Dictionary<string, object?> map when item is TemplateText key => map.ContainsKey(key.ToString()),
        _ => throw new ChatTemplateException(line, $"a {Name(container)} cannot contain a {Name(item)}"),
    };

    /// <summary>Lists inside of lists are equal only if they are the same one, so that comparing stays linear.</summary>
    private static bool AreItemsEqual(object? left, object? right) =>
        left is List<object?> ? ReferenceEquals(left, right) : AreEqual(left, right);

    private static int? Index(long index, int length)
    {
        long at = index < 0 ? index + length : index;
        return at >= 0 && at < length ? (int)at : null;
    }

    private static int Bound(object? bound, int missing, int length, int line) => bound switch
    {
        null => missing,
        long number => (int)Math.Clamp(number < 0 ? number + length : number, 0, length),
        _ => throw new ChatTemplateException(line, $"a {Name(bound)} cannot bound a slice"),
    };
}

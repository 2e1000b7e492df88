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
        (Dictionary<string, object?> a, Dictionary<string, object?> b) =>
            a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out object? other) && AreItemsEqual(pair.Value, other)),
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
        Dictionary<string, object?> => "mapping",
        _ => "function",
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

    /// <summary>Python's slice; texts only with a step of 1.</summary>
    public static object Slice(object? target, object? from, object? to, object? step, int line)
    {
        long stride = step switch
        {
            null => 1,
            long number and not 0 => number,
            _ => throw new ChatTemplateException(line, "the step of a slice must be a number other than 0"),
        };
        return target switch
        {
            List<object?> list => Slice(list, from, to, stride, line),
            TemplateText text when stride == 1 => Slice(text, from, to, line),
            _ => throw new ChatTemplateException(line, $"a {Name(target)} cannot be sliced{(stride == 1 ? "" : " with a step")}"),
        };
    }

    private static TemplateText Slice(TemplateText text, object? from, object? to, int line)
    {
        int length = text.CountCharacters();
        int start = (int)Bound(from, 0, length, 0, length, line);
        return text.SliceCharacters(start, Math.Max(0, (int)Bound(to, length, length, 0, length, line) - start));
    }

    private static List<object?> Slice(List<object?> list, object? from, object? to, long step, int line)
    {
        bool up = step > 0;
        (int least, int most) = up ? (0, list.Count) : (-1, list.Count - 1);
        long end = Bound(to, up ? most : least, list.Count, least, most, line);
        List<object?> items = [];
        for (Int128 at = Bound(from, up ? least : most, list.Count, least, most, line); up ? at < end : at > end; at += step)
            items.Add(list[(int)at]);
        return items;
    }

    public static bool Contains(object? container, object? item, int line) => container switch
    {
        TemplateText text when item is TemplateText part => text.ToString().Contains(part.ToString(), StringComparison.Ordinal),
        List<object?> list => list.Any(entry => AreItemsEqual(entry, item)),
        Dictionary<string, object?> map when item is TemplateText key => map.ContainsKey(key.ToString()),
        _ => throw new ChatTemplateException(line, $"a {Name(container)} cannot contain a {Name(item)}"),
    };

    /// <summary>Pairs of key and value. A key may have come from a message, so none is trusted.</summary>
    public static List<object?> Items(Dictionary<string, object?> map) =>
        [.. map.Select(static pair => new List<object?> { TemplateText.Untrusted(pair.Key), pair.Value })];

    public static List<object?> Keys(Dictionary<string, object?> map) => [.. map.Keys.Select(TemplateText.Untrusted)];

    /// <summary>What looking through a value costs, in steps; one level deep.</summary>
    public static long Size(object? value) => value switch
    {
        TemplateText text => TextSize(text),
        List<object?> list => list.Count,
        Dictionary<string, object?> map => map.Count + map.Values.Sum(static item => item is TemplateText text ? TextSize(text) : 0),
        _ => 0,
    };

    private static long TextSize(TemplateText text) => text.Length / 16;

    /// <summary>Lists and mappings inside of others are equal only if they are the same one, so that comparing stays linear.</summary>
    private static bool AreItemsEqual(object? left, object? right) =>
        left is List<object?> or Dictionary<string, object?> ? ReferenceEquals(left, right) : AreEqual(left, right);

    private static int? Index(long index, int length)
    {
        long at = index < 0 ? index + length : index;
        return at >= 0 && at < length ? (int)at : null;
    }

    private static long Bound(object? bound, long missing, int length, int least, int most, int line) => bound switch
    {
        null => missing,
        long number => Math.Clamp(number < 0 ? number + length : number, least, Math.Max(least, most)),
        _ => throw new ChatTemplateException(line, $"a {Name(bound)} cannot bound a slice"),
    };
}

using System.Globalization;
using System.Text;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The tojson filter as chat templates have it: Python's json.dumps with characters beyond ASCII left as they are.</summary>
internal sealed class TemplateJson
{
    private const int MaxDepth = 64;
    private const int MaxIndent = 16;
    private readonly List<TemplateText> _output = [];
    private readonly int? _indent;
    private readonly CallArguments _call;

    private TemplateJson(int? indent, CallArguments call) => (_indent, _call) = (indent, call);

    public static TemplateText Write(object? value, object? indent, CallArguments call)
    {
        TemplateJson json = new(indent switch
        {
            null or TemplateUndefined => null,
            long and >= 0 and <= MaxIndent => (int)(long)indent,
            _ => throw call.Fault($"tojson takes an indent of 0 to {MaxIndent}"),
        }, call);
        json.Write(value, 0);
        return TemplateText.Concat(json._output);
    }

    private void Write(object? value, int depth)
    {
        _call.Charge(1 + TemplateValues.Size(value));
        switch (value)
        {
            case TemplateText text:
                Add("\"");
                _output.Add(text.Map(Escape));
                Add("\"");
                break;
            case List<object?> list:
                WriteMembers('[', list.Select(static item => ((TemplateText?)null, item)), ']', list.Count, depth);
                break;
            case Dictionary<string, object?> map:
                WriteMembers('{', map.Select(static pair => ((TemplateText?)TemplateText.Untrusted(pair.Key), pair.Value)), '}', map.Count, depth);
                break;
            default:
                Add(value switch
                {
                    null => "null",
                    bool truth => truth ? "true" : "false",
                    long number => number.ToString(CultureInfo.InvariantCulture),
                    _ => throw _call.Fault($"a {TemplateValues.Name(value)} has no JSON"),
                });
                break;
        }
    }

    private void WriteMembers(char open, IEnumerable<(TemplateText? Key, object? Value)> members, char close, int count, int depth)
    {
        if (depth >= MaxDepth)
            throw _call.Fault($"tojson goes {MaxDepth} levels deep at most");
        Add(open.ToString());
        int written = 0;
        foreach ((TemplateText? key, object? value) in members)
        {
            Add(written++ == 0 ? NewLine(depth + 1) : _indent is null ? ", " : "," + NewLine(depth + 1));
            if (key is not null)
            {
                Write(key, depth + 1);
                Add(": ");
            }
            Write(value, depth + 1);
        }
        Add((count == 0 ? "" : NewLine(depth)) + close);
    }

    private string NewLine(int depth) => _indent is int indent ? "\n" + new string(' ', indent * depth) : "";

    private void Add(string text) => _output.Add(TemplateText.Trusted(text));

    private static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char unit in text)
        {
            escaped.Append(unit switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)unit:x4}",
                _ => unit.ToString(),
            });
        }
        return escaped.ToString();
    }
}

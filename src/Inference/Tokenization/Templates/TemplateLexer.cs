using System.Globalization;
using System.Text;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>
/// Splits template source as Jinja does with trim_blocks and lstrip_blocks, the settings under which chat templates are
/// written: a newline after a block and white space between line start and block vanish.
/// </summary>
internal sealed class TemplateLexer
{
    private const int MaxSource = 256 << 10;
    private static readonly string[] s_operators =
        ["==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|", "+", "-", "*", "/", "%", "~", "<", ">", "="];

    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _lineCountedTo;

    private TemplateLexer(string source) => _source = source;

    /// <exception cref="ChatTemplateException">A tag or string is not closed, or a character has no meaning.</exception>
    public static IReadOnlyList<TemplateToken> Split(string source)
    {
        if (source.Length > MaxSource)
            throw new ChatTemplateException($"The chat template has {source.Length} characters, at most {MaxSource} are accepted.");
        string normal = source.Replace("\r\n", "\n", StringComparison.Ordinal);
        TemplateLexer lexer = new(normal.EndsWith('\n') ? normal[..^1] : normal);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        bool trimStart = false;
        bool trimNewline = false;
        while (_at < _source.Length)
        {
            int tag = NextTag();
            string text = _source[_at..tag];
            text = trimStart ? text.TrimStart() : trimNewline && text.StartsWith('\n') ? text[1..] : text;
            char kind = tag < _source.Length ? _source[tag + 1] : ' ';
            char control = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
            text = control == '-' && kind != ' ' ? text.TrimEnd() : kind is '%' or '#' && control != '+' ? StripLine(text, tag) : text;
            Add(TemplateTokenKind.Text, text);
            _at = tag;
            if (kind == ' ')
                return;
            _at += control is '-' or '+' ? 3 : 2;
            trimStart = kind == '#' ? SkipComment() : ReadTag(kind);
            trimNewline = kind != '{';
        }
    }

    private int NextTag()
    {
        for (int i = _at; i + 1 < _source.Length; i++)
        {
            if (_source[i] == '{' && _source[i + 1] is '{' or '%' or '#')
                return i;
        }
        return _source.Length;
    }

    /// <summary>lstrip_blocks: blanks between the start of a line and a block are not part of the text.</summary>
    private string StripLine(string text, int tag)
    {
        string stripped = text.TrimEnd(' ', '\t');
        int lineStart = tag - (text.Length - stripped.Length);
        return lineStart == 0 || _source[lineStart - 1] == '\n' ? stripped : text;
    }

    private bool SkipComment()
    {
        int end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
            throw Fault("a comment is not closed");
        bool trim = end > _at && _source[end - 1] == '-';
        _at = end + 2;
        return trim;
    }

    private bool ReadTag(char kind)
    {
        Add(kind == '{' ? TemplateTokenKind.Print : TemplateTokenKind.Statement, "");
        string close = kind == '{' ? "}}" : "%}";
        for (int braces = 0; ; braces += Braces())
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                _at++;
            if (_at >= _source.Length)
                throw Fault("a tag is not closed");
            bool trim = Starts("-" + close);
            if (braces == 0 && (trim || Starts(close)))
            {
                _at += close.Length + (trim ? 1 : 0);
                Add(TemplateTokenKind.End, "");
                return trim;
            }
            ReadToken();
        }
    }

    /// <summary>Whether the last token opened or closed a mapping, inside of which }} does not end the tag.</summary>
    private int Braces() => _tokens[^1] is not { Kind: TemplateTokenKind.Operator, Value: var symbol } ? 0
        : symbol == "{" ? 1 : symbol == "}" ? -1 : 0;

    private void ReadToken()
    {
        char first = _source[_at];
        if (first is '\'' or '"')
            ReadString(first);
        else if (char.IsAsciiDigit(first))
            Add(TemplateTokenKind.Integer, TakeWhile(char.IsAsciiDigit));
        else if (char.IsAsciiLetter(first) || first == '_')
            Add(TemplateTokenKind.Name, TakeWhile(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'));
        else
        {
            string symbol = Array.Find(s_operators, Starts) ?? throw Fault($"the character {first} has no meaning here");
            Add(TemplateTokenKind.Operator, symbol);
            _at += symbol.Length;
        }
    }

    private void ReadString(char quote)
    {
        StringBuilder text = new();
        for (_at++; _at < _source.Length && _source[_at] != quote; _at++)
        {
            if (_source[_at] != '\\' || _at + 1 >= _source.Length)
            {
                text.Append(_source[_at]);
                continue;
            }
            char escaped = _source[++_at];
            text.Append(escaped switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                'b' => "\b",
                'f' => "\f",
                'v' => "\v",
                '\\' or '\'' or '"' => escaped.ToString(),
                'u' => ReadHex(4),
                'x' => ReadHex(2),
                _ => throw Fault($"the escape \\{escaped} is not supported"),
            });
        }
        if (_at++ >= _source.Length)
            throw Fault("a string is not closed");
        Add(TemplateTokenKind.String, text.ToString());
    }

    private string ReadHex(int digits)
    {
        if (_at + digits >= _source.Length
            || !ushort.TryParse(_source.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
            throw Fault($"an escape needs {digits} hexadecimal digits");
        _at += digits;
        return ((char)unit).ToString();
    }

    private string TakeWhile(Func<char, bool> belongs)
    {
        int start = _at;
        while (_at < _source.Length && belongs(_source[_at]))
            _at++;
        return _source[start.._at];
    }

    private bool Starts(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    private void Add(TemplateTokenKind kind, string value)
    {
        if (kind != TemplateTokenKind.Text || value.Length > 0)
            _tokens.Add(new TemplateToken(kind, value, Line()));
    }

    private ChatTemplateException Fault(string message) => new(Line(), message);

    private int Line()
    {
        for (; _lineCountedTo < Math.Min(_at, _source.Length); _lineCountedTo++)
            _line += _source[_lineCountedTo] == '\n' ? 1 : 0;
        return _line;
    }
}

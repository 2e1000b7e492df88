using System.Buffers;
using System.Text.RegularExpressions;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// Finds the images of a docker compose file. It reads the plain part of YAML that compose files are written in (block mappings and lists,
/// scalars on one line, block scalars) and counts everything else as a doubt: a construct that another YAML reader could take for an image may
/// never pass unseen, so what is not understood is never "pinned".
/// </summary>
internal sealed partial class ComposeImageReader
{
    private const int MostDoubts = 32;
    private const int MostLineLength = 4096;
    private const int MostLists = 4;

    private static readonly SearchValues<char> s_otherLineEnds = SearchValues.Create("\0\v\f\u0085\u2028\u2029");

    private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-<");

    private readonly List<ComposeImage> _images = [];
    private readonly List<string> _doubts = [];
    private readonly List<(string Name, int Line, bool HasImage)> _services = [];
    private int _line;
    private int _blockScalar = -1;
    private bool _inServices;
    private int _serviceColumn = -1;
    private int _memberColumn = -1;

    public IReadOnlyList<ComposeImage> Images => _images;

    public IReadOnlyList<string> Doubts => _doubts;

    public void Doubt(string cause)
    {
        if (_doubts.Count < MostDoubts)
            _doubts.Add(cause);
    }

    public void Read(string yaml)
    {
        // Readers of YAML differ on what else ends a line; one that does could make a comment of ours a key of theirs.
        if (yaml.AsSpan().IndexOfAny(s_otherLineEnds) >= 0)
        {
            Doubt("the file has characters that some readers take for the end of a line");
            return;
        }
        foreach (Range range in yaml.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = yaml.AsSpan(range);
            if (++_line > EventLogLimits.ComposeLines || line.Length > MostLineLength || line.TrimEnd('\r').Contains('\r'))
            {
                DoubtLine("the file has too many, too long or doubly ended lines");
                return;
            }
            ReadLine(line.TrimEnd('\r').TrimEnd(' '));
        }
        foreach ((string name, int line, bool hasImage) in _services)
        {
            if (!hasImage && _doubts.Count < MostDoubts)
                Doubt($"line {line}: service {name} has no image of its own");
        }
        if (_services.Count == 0)
            Doubt("there are no services");
    }

    private void ReadLine(ReadOnlySpan<char> line)
    {
        int column = line.Length - line.TrimStart(' ').Length;
        if (column == line.Length || InBlockScalar(column) || line[column] == '#')
            return;
        // List items hold mappings or scalars; the mapping's column is that of its first key.
        for (int lists = 1; IsListItem(line, column); lists++)
        {
            if (lists > MostLists)
            {
                DoubtLine("lists in lists");
                return;
            }
            int next = column + 1;
            while (next < line.Length && line[next] == ' ')
                next++;
            if (next == line.Length)
                return;
            column = next;
            if (!IsListItem(line, column) && !TrySplit(line[column..], out _, out _))
            {
                ReadValue(line[column..], column - 1, "");
                return;
            }
        }
        if (TrySplit(line[column..], out ReadOnlySpan<char> key, out ReadOnlySpan<char> value))
            ReadEntry(column, key, value);
        else
            DoubtLine("neither a key with a value nor a list item on one line");
    }

    /// <summary>Takes a plain or simply quoted key, its colon, and what follows on the line apart.</summary>
    private static bool TrySplit(ReadOnlySpan<char> text, out ReadOnlySpan<char> key, out ReadOnlySpan<char> value)
    {
        key = default;
        value = default;
        bool quoted = text[0] is '"' or '\'';
        ReadOnlySpan<char> inside = quoted ? text[1..] : text;
        int length = inside.IndexOfAnyExcept(s_keyCharacters);
        if (length <= 0 || (quoted ? inside[length] != text[0] : inside[0] is '-' or '/'))
            return false;
        key = inside[..length];
        ReadOnlySpan<char> rest = inside[(quoted ? length + 1 : length)..].TrimStart(' ');
        if (rest.IsEmpty || rest[0] != ':' || (rest.Length > 1 && rest[1] != ' '))
            return false;
        value = rest[1..].TrimStart(' ');
        return true;
    }

    private static bool IsListItem(ReadOnlySpan<char> line, int column) =>
        line[column] == '-' && (column + 1 == line.Length || line[column + 1] == ' ');

    private bool InBlockScalar(int column)
    {
        if (_blockScalar >= 0 && column > _blockScalar)
            return true;
        _blockScalar = -1;
        return false;
    }

    private void ReadEntry(int column, ReadOnlySpan<char> key, ReadOnlySpan<char> value)
    {
        ReadOnlySpan<char> scalar = ReadValue(value, column, key);
        if (column == 0)
        {
            _inServices = key is "services";
            (_serviceColumn, _memberColumn) = (-1, -1);
            if (key is "include")
                DoubtLine("include brings in other files");
        }
        else if (_inServices)
        {
            ReadServicePart(column, key, scalar.Length > 0);
        }
        if (key is "image")
            AddImage(scalar);
        else if (key is "build" or "extends" or "<<")
            DoubtLine("build, extends and << bring in what is not named here");
        else if (key is "services" && (column > 0 || scalar.Length > 0))
            DoubtLine("services in an unusual place or form");
    }

    private void ReadServicePart(int column, ReadOnlySpan<char> key, bool hasScalar)
    {
        if (_serviceColumn < 0)
            _serviceColumn = column;
        if (column == _serviceColumn)
        {
            _services.Add((key.ToString(), _line, false));
            _memberColumn = -1;
            if (hasScalar)
                DoubtLine("a service that is no block of keys");
        }
        else if (_services.Count > 0 && column > _serviceColumn)
        {
            if (_memberColumn < 0)
                _memberColumn = column;
            if (column == _memberColumn && key is "image")
                _services[^1] = _services[^1] with { HasImage = true };
        }
        else
        {
            DoubtLine("a key left of the services");
        }
    }

    private void AddImage(ReadOnlySpan<char> reference)
    {
        bool first = _images.Count < EventLogLimits.Events;
        if (first)
            _images.Add(new ComposeImage(_line, reference.ToString(), PinnedReference().IsMatch(reference)));
        else
            DoubtLine("too many images");
    }

    /// <summary>The value without quotes and comment; empty for a block scalar or a nested block.</summary>
    private ReadOnlySpan<char> ReadValue(ReadOnlySpan<char> value, int column, ReadOnlySpan<char> key)
    {
        value = WithoutComment(value);
        if (value.Length == 0)
            return "";
        switch (value[0])
        {
            case '|' or '>':
                if (!BlockScalarHeader().IsMatch(value))
                    DoubtLine("a block scalar with an unusual header");
                _blockScalar = column;
                return key is "image" ? value : "";
            case '"' or '\'':
                if (!Quoted().IsMatch(value))
                    DoubtLine("a quoted text that does not end on its line, or has escapes");
                return value.Trim("\"'");
            case '[' or '{':
                // A list of plain texts is what commands are; anything else in brackets could hold keys.
                if (!IsPlainList(value) && value is not "{}")
                    DoubtLine("brackets that are not a list of plain texts on one line");
                return value;
            case '&' or '*' or '!' or '?' or '%' or '@' or '`':
                DoubtLine($"anchors, aliases, tags and the like are not read ({value[0]})");
                return value;
            default:
                return value;
        }
    }

    /// <summary>A comment begins after white space; inside quotes it would be text, then the quotes do not end on the line and that is a doubt.</summary>
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> value)
    {
        int at = value.StartsWith('#') ? 0 : value.IndexOf(" #");
        return at < 0 ? value : value[..at].TrimEnd(' ');
    }

    private static bool IsPlainList(ReadOnlySpan<char> value)
    {
        if (value is not ['[', .. ReadOnlySpan<char> items, ']'])
            return false;
        if (items.IsWhiteSpace())
            return true;
        foreach (Range range in items.Split(','))
        {
            ReadOnlySpan<char> item = items[range].Trim(' ');
            if (!Quoted().IsMatch(item) && !PlainText().IsMatch(item))
                return false;
        }
        return true;
    }

    private void DoubtLine(string cause)
    {
        if (_doubts.Count < MostDoubts)
            Doubt($"line {_line}: {cause}");
    }

    [GeneratedRegex("""^[|>][+-]?$""")]
    private static partial Regex BlockScalarHeader();

    [GeneratedRegex("""^(?:"[^"\\]*"|'[^']*')$""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""^[A-Za-z0-9_./=@+-][A-Za-z0-9_./=@+ -]*$""")]
    private static partial Regex PlainText();

    [GeneratedRegex("""^[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$""")]
    private static partial Regex PinnedReference();
}

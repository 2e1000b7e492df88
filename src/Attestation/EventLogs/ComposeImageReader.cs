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

    private static readonly SearchValues<char> s_otherLineEnds = SearchValues.Create("\0\v\f\u0085\u2028\u2029");

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
            ReadLine(line.TrimEnd('\r').TrimEnd(' ').ToString());
        }
        foreach ((string name, int line, bool hasImage) in _services)
        {
            if (!hasImage)
                Doubt($"line {line}: service {name} has no image of its own");
        }
        if (_services.Count == 0)
            Doubt("there are no services");
    }

    private void ReadLine(string line)
    {
        int column = line.Length - line.TrimStart(' ').Length;
        if (column == line.Length || InBlockScalar(column) || line[column] == '#')
            return;
        // List items hold mappings or scalars; the mapping's column is that of its first key.
        while (line[column] == '-' && (column + 1 == line.Length || line[column + 1] == ' '))
        {
            int next = column + 1;
            while (next < line.Length && line[next] == ' ')
                next++;
            if (next == line.Length)
                return;
            column = next;
            if (!KeyLine().IsMatch(line[column..]))
            {
                ReadValue(line[column..], column - 1, "");
                return;
            }
        }
        Match entry = KeyLine().Match(line[column..]);
        if (!entry.Success)
        {
            DoubtLine("neither a key with a value nor a list item on one line");
            return;
        }
        ReadEntry(column, entry.Groups["key"].Value.Trim('"', '\''), entry.Groups["value"].Value);
    }

    private bool InBlockScalar(int column)
    {
        if (_blockScalar >= 0 && column > _blockScalar)
            return true;
        _blockScalar = -1;
        return false;
    }

    private void ReadEntry(int column, string key, string value)
    {
        string scalar = ReadValue(value, column, key);
        if (column == 0)
        {
            _inServices = key == "services";
            (_serviceColumn, _memberColumn) = (-1, -1);
            if (key == "include")
                DoubtLine("include brings in other files");
        }
        else if (_inServices)
        {
            ReadServicePart(column, key, scalar.Length > 0);
        }
        if (key == "image")
            AddImage(scalar);
        else if (key is "build" or "extends" or "<<")
            DoubtLine($"{key} brings in what is not named here");
        else if (key == "services" && (column > 0 || scalar.Length > 0))
            DoubtLine("services in an unusual place or form");
    }

    private void ReadServicePart(int column, string key, bool hasScalar)
    {
        if (_serviceColumn < 0)
            _serviceColumn = column;
        if (column == _serviceColumn)
        {
            _services.Add((key, _line, false));
            _memberColumn = -1;
            if (hasScalar)
                DoubtLine($"service {key} is no block of keys");
        }
        else if (_services.Count > 0 && column > _serviceColumn)
        {
            if (_memberColumn < 0)
                _memberColumn = column;
            if (column == _memberColumn && key == "image")
                _services[^1] = _services[^1] with { HasImage = true };
        }
        else
        {
            DoubtLine("a key left of the services");
        }
    }

    private void AddImage(string reference)
    {
        bool first = _images.Count < EventLogLimits.Events;
        if (first)
            _images.Add(new ComposeImage(_line, reference, PinnedReference().IsMatch(reference)));
        else
            DoubtLine("too many images");
    }

    /// <summary>The value without quotes and comment; empty for a block scalar or a nested block.</summary>
    private string ReadValue(string value, int column, string key)
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
                return key == "image" ? value : "";
            case '"' or '\'':
                if (!Quoted().IsMatch(value))
                    DoubtLine("a quoted text that does not end on its line, or has escapes");
                return value.Trim('"', '\'');
            case '[' or '{':
                // A list of plain texts is what commands are; anything else in brackets could hold keys.
                if (!IsPlainList(value) && value != "{}")
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
    private static string WithoutComment(string value)
    {
        int at = value.StartsWith('#') ? 0 : value.IndexOf(" #", StringComparison.Ordinal);
        return at < 0 ? value : value[..at].TrimEnd(' ');
    }

    private static bool IsPlainList(string value) =>
        value is ['[', .. string items, ']']
        && (string.IsNullOrWhiteSpace(items) || items.Split(',').All(item => Quoted().IsMatch(item.Trim(' ')) || PlainText().IsMatch(item.Trim(' '))));

    private void DoubtLine(string cause)
    {
        if (_doubts.Count < MostDoubts)
            Doubt($"line {_line}: {cause}");
    }

    /// <summary>A plain or simply quoted key, its colon, and what follows on the line.</summary>
    [GeneratedRegex("""^(?<key>[A-Za-z0-9_.<][A-Za-z0-9_./<-]*|"[A-Za-z0-9_./-]+"|'[A-Za-z0-9_./-]+') *:(?: +(?<value>.*))?$""")]
    private static partial Regex KeyLine();

    [GeneratedRegex("""^[|>][+-]?$""")]
    private static partial Regex BlockScalarHeader();

    [GeneratedRegex("""^(?:"[^"\\]*"|'[^']*')$""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""^[A-Za-z0-9_./=@+-][A-Za-z0-9_./=@+ -]*$""")]
    private static partial Regex PlainText();

    [GeneratedRegex("""^[A-Za-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$""")]
    private static partial Regex PinnedReference();
}

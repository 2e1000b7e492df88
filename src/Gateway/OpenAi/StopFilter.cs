namespace TeeTee.Gateway.OpenAi;

/// <summary>Cuts a stream of text before the first stop string, holding back only what may still become one. Not for use by several threads.</summary>
internal sealed class StopFilter(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>True once a stop string was seen; nothing comes out afterwards.</summary>
    public bool Stopped { get; private set; }

    /// <summary>The text that is safe to show after this piece.</summary>
    public string Append(string piece)
    {
        if (Stopped || piece.Length == 0)
            return "";
        if (stops.Count == 0)
            return piece;
        string text = _held + piece;
        int cut = FirstStop(text);
        if (cut >= 0)
        {
            (Stopped, _held) = (true, "");
            return text[..cut];
        }
        int keep = LongestBeginning(text);
        _held = text[^keep..];
        return text[..^keep];
    }

    /// <summary>What was held back, at the end of the text.</summary>
    public string Finish()
    {
        string rest = _held;
        _held = "";
        return rest;
    }

    private int FirstStop(string text)
    {
        int first = -1;
        foreach (string stop in stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
                first = at;
        }
        return first;
    }

    /// <summary>Length of the longest end of the text that begins a stop string.</summary>
    private int LongestBeginning(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.EndsWith(stop[..length], StringComparison.Ordinal))
                    longest = length;
            }
        }
        return longest;
    }
}

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// One pass over JSON that refuses what is too deep, too wide or too long before a parser sees it. It knows strings, brackets and commas and
/// leaves the grammar to the parser, whose messages quote what they stumble over: with every token bounded they are bounded too.
/// </summary>
internal static class JsonScan
{
    private const int MaxDepth = 12;
    private const int MaxMembers = 64;
    private const int MaxItems = 1_024;
    private const int MaxLiteral = 32;

    /// <summary>Room for some fifty TCB levels of 32 components; Intel sends up to sixteen.</summary>
    private const int MaxTokens = 8_192;

    /// <summary>Why the text is out of bounds; empty where it is not.</summary>
    public static string FindFault(ReadOnlySpan<byte> utf8)
    {
        // How many values each open bracket may still hold.
        Span<int> room = stackalloc int[MaxDepth + 1];
        int depth = 0;
        room[0] = 1;
        int tokens = 0;
        for (int at = 0; at < utf8.Length;)
        {
            int length = 1;
            switch (utf8[at])
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)':':
                    at++;
                    continue;
                case (byte)'{' or (byte)'[':
                    if (depth == MaxDepth)
                        return $"deeper than {MaxDepth} brackets";
                    room[++depth] = utf8[at] == (byte)'{' ? MaxMembers : MaxItems;
                    break;
                case (byte)'}' or (byte)']':
                    if (depth == 0)
                        return $"a bracket at {at} closes nothing";
                    depth--;
                    break;
                case (byte)',':
                    if (--room[depth] <= 0)
                        return "more than the names or values that one bracket may hold";
                    break;
                case (byte)'"':
                    length = StringLength(utf8[at..]);
                    break;
                default:
                    length = LiteralLength(utf8[at..]);
                    break;
            }
            if (length == 0)
                return $"a string or literal at {at} does not end, or is none";
            if (++tokens > MaxTokens)
                return $"more than {MaxTokens} tokens";
            at += length;
        }
        return "";
    }

    /// <summary>Bytes of the string with its quotes; 0 if it has no end.</summary>
    private static int StringLength(ReadOnlySpan<byte> text)
    {
        for (int at = 1; at < text.Length;)
        {
            int step = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0)
                return 0;
            at += step;
            if (text[at] == (byte)'"')
                return at + 1;
            at += 2;
        }
        return 0;
    }

    /// <summary>
    /// Bytes of true, false, null or what starts like a number; 0 for anything else or longer. (The parser's message about a wrong literal quotes
    /// all the text that is left.)
    /// </summary>
    private static int LiteralLength(ReadOnlySpan<byte> text)
    {
        int length = text[..Math.Min(text.Length, MaxLiteral + 1)].IndexOfAny(" \t\r\n:,{}[]\""u8);
        if (length < 0 && text.Length <= MaxLiteral)
            length = text.Length;
        if (length <= 0)
            return 0;
        ReadOnlySpan<byte> literal = text[..length];
        bool known = literal[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9')
            || literal.SequenceEqual("true"u8) || literal.SequenceEqual("false"u8) || literal.SequenceEqual("null"u8);
        return known ? length : 0;
    }
}

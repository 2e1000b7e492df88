namespace TeeTee.Inference.Tokenization;

/// <summary>Finds control and user-defined tokens in a text, leftmost and longest first.</summary>
internal sealed class SpecialTokens
{
    private readonly Dictionary<(int Node, byte Value), int> _edges = [];
    private readonly List<(int Token, TokenScope Scope)> _nodes = [(-1, default)];

    public SpecialTokens(Vocabulary vocabulary)
    {
        for (int id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary.Type(id) is TokenType.Control or TokenType.UserDefined or TokenType.Unknown)
                Add(vocabulary.Text(id).Span, id, ScopeOf(vocabulary.Type(id), vocabulary.Text(id).Span));
        }
    }

    /// <summary>The next special token at or after an offset, none of whose bytes has a narrower scope than it needs.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scopes">The scope of each byte, or of all bytes if there is one.</param>
    /// <param name="from">Where to look from.</param>
    public (int Start, int Length, int Token) Find(ReadOnlySpan<byte> text, ReadOnlySpan<TokenScope> scopes, int from)
    {
        if (_edges.Count == 0)
            return (text.Length, 0, -1);
        for (int start = from; start < text.Length; start++)
        {
            (int length, int token) = Longest(text[start..], scopes.Length == 1 ? scopes : scopes[start..]);
            if (token >= 0)
                return (start, length, token);
        }
        return (text.Length, 0, -1);
    }

    private static TokenScope ScopeOf(TokenType type, ReadOnlySpan<byte> text)
    {
        if (type != TokenType.UserDefined)
            return TokenScope.Template;
        return text.Trim(" \t\r\n"u8).Length == 0 ? TokenScope.Message : TokenScope.Text;
    }

    private (int Length, int Token) Longest(ReadOnlySpan<byte> text, ReadOnlySpan<TokenScope> scopes)
    {
        (int length, int token, int node) = (0, -1, 0);
        TokenScope narrowest = TokenScope.Template;
        for (int i = 0; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            TokenScope scope = scopes[scopes.Length == 1 ? 0 : i];
            narrowest = scope < narrowest ? scope : narrowest;
            if (_nodes[node].Token >= 0 && narrowest >= _nodes[node].Scope)
                (length, token) = (i + 1, _nodes[node].Token);
        }
        return (length, token);
    }

    private void Add(ReadOnlySpan<byte> text, int id, TokenScope scope)
    {
        int node = 0;
        foreach (byte value in text)
        {
            if (!_edges.TryGetValue((node, value), out int next))
            {
                next = _nodes.Count;
                _nodes.Add((-1, default));
                _edges.Add((node, value), next);
            }
            node = next;
        }
        if (node != 0 && _nodes[node].Token < 0)
            _nodes[node] = (id, scope);
    }
}

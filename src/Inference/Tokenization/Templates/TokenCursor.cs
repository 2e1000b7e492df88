namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>A position in the tokens of a template, with a bound on nesting.</summary>
internal sealed class TokenCursor(IReadOnlyList<TemplateToken> tokens)
{
    private const int MaxDepth = 64;
    private int _at;
    private int _depth;

    public bool AtEnd => _at >= tokens.Count;

    public int Line => AtEnd ? (tokens.Count == 0 ? 1 : tokens[^1].Line) : tokens[_at].Line;

    public TemplateToken Next()
    {
        if (AtEnd)
            throw Fault("the template ends too early");
        return tokens[_at++];
    }

    public bool Is(TemplateTokenKind kind, string? value = null, int ahead = 0) =>
        _at + ahead < tokens.Count && tokens[_at + ahead].Kind == kind && (value is null || tokens[_at + ahead].Value == value);

    public bool Take(TemplateTokenKind kind, string? value = null)
    {
        if (!Is(kind, value))
            return false;
        _at++;
        return true;
    }

    public bool TakeOperator(string value) => Take(TemplateTokenKind.Operator, value);

    public bool TakeName(string value) => Take(TemplateTokenKind.Name, value);

    public string Expect(TemplateTokenKind kind, string? value = null)
    {
        TemplateToken token = Next();
        if (token.Kind != kind || (value is not null && token.Value != value))
            throw new ChatTemplateException(token.Line, $"expected {value ?? kind.ToString()}, found {token.Kind} {token.Value}");
        return token.Value;
    }

    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > MaxDepth)
            throw Fault($"nested deeper than {MaxDepth}");
        T result = parse();
        _depth--;
        return result;
    }

    public ChatTemplateException Fault(string message) => new(Line, message);
}

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>Parses the statements of the subset: print, set, if, for. Anything else is refused by name.</summary>
internal sealed class TemplateParser
{
    private readonly TokenCursor _cursor;
    private readonly ExpressionParser _expressions;

    public TemplateParser(IReadOnlyList<TemplateToken> tokens)
    {
        _cursor = new TokenCursor(tokens);
        _expressions = new ExpressionParser(_cursor);
    }

    /// <exception cref="ChatTemplateException">The source is outside of the subset.</exception>
    public IReadOnlyList<TemplateNode> Parse() => ParseBody([], out _);

    /// <summary>Reads statements until one of the given closing words, which is consumed up to its name.</summary>
    private List<TemplateNode> ParseBody(string[] closers, out string closer)
    {
        List<TemplateNode> nodes = [];
        while (!_cursor.AtEnd)
        {
            TemplateToken token = _cursor.Next();
            switch (token.Kind)
            {
                case TemplateTokenKind.Text:
                    nodes.Add(new TextNode(token.Line, TemplateText.Trusted(token.Value)));
                    break;
                case TemplateTokenKind.Print:
                    nodes.Add(new PrintNode(token.Line, _expressions.Parse()));
                    _cursor.Expect(TemplateTokenKind.End);
                    break;
                default:
                    string word = _cursor.Expect(TemplateTokenKind.Name);
                    if (closers.Contains(word))
                    {
                        closer = word;
                        return nodes;
                    }
                    nodes.Add(_cursor.Nested(() => ParseStatement(word, token.Line)));
                    break;
            }
        }
        closer = "";
        return closers.Length == 0 ? nodes : throw _cursor.Fault($"{string.Join(" or ", closers)} is missing");
    }

    private TemplateNode ParseStatement(string word, int line) => word switch
    {
        "set" => ParseSet(line),
        "if" => ParseIf(line),
        "for" => ParseFor(line),
        _ => throw new ChatTemplateException(line, $"the statement {word} is not supported or stands in the wrong place"),
    };

    private TemplateNode ParseSet(int line)
    {
        string name = _cursor.Expect(TemplateTokenKind.Name);
        if (_cursor.Take(TemplateTokenKind.End))
        {
            SetBlockNode block = new(line, name, ParseBody(["endset"], out _));
            _cursor.Expect(TemplateTokenKind.End);
            return block;
        }
        string? member = _cursor.TakeOperator(".") ? _cursor.Expect(TemplateTokenKind.Name) : null;
        _cursor.Expect(TemplateTokenKind.Operator, "=");
        SetNode node = new(line, name, member, _expressions.Parse());
        _cursor.Expect(TemplateTokenKind.End);
        return node;
    }

    private IfNode ParseIf(int line)
    {
        List<(TemplateExpression?, IReadOnlyList<TemplateNode>)> branches = [];
        string word = "if";
        while (word != "endif")
        {
            TemplateExpression? condition = word == "else" ? null : _expressions.Parse();
            _cursor.Expect(TemplateTokenKind.End);
            string[] closers = condition is null ? ["endif"] : ["elif", "else", "endif"];
            branches.Add((condition, ParseBody(closers, out word)));
        }
        _cursor.Expect(TemplateTokenKind.End);
        return new IfNode(line, branches);
    }

    private ForNode ParseFor(int line)
    {
        List<string> names = [_cursor.Expect(TemplateTokenKind.Name)];
        while (_cursor.TakeOperator(","))
            names.Add(_cursor.Expect(TemplateTokenKind.Name));
        _cursor.Expect(TemplateTokenKind.Name, "in");
        TemplateExpression items = _expressions.ParseOperand();
        TemplateExpression? filter = _cursor.TakeName("if") ? _expressions.Parse() : null;
        _cursor.Expect(TemplateTokenKind.End);
        List<TemplateNode> body = ParseBody(["else", "endfor"], out string closer);
        _cursor.Expect(TemplateTokenKind.End);
        List<TemplateNode> empty = [];
        if (closer == "else")
        {
            empty = ParseBody(["endfor"], out _);
            _cursor.Expect(TemplateTokenKind.End);
        }
        return new ForNode(line, names, items, filter, body, empty);
    }
}

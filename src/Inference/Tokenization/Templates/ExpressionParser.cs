using System.Globalization;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>Parses expressions with Jinja's precedence: if, or, and, not, comparison, + - , ~, * / %, unary, postfix.</summary>
internal sealed class ExpressionParser(TokenCursor cursor)
{
    private static readonly string[] s_comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    public TemplateExpression Parse() => cursor.Nested(ParseConditional);

    /// <summary>An expression without a trailing if, as between in and if of a loop.</summary>
    public TemplateExpression ParseOperand() => cursor.Nested(ParseOr);

    private TemplateExpression ParseConditional()
    {
        TemplateExpression value = ParseOr();
        while (cursor.TakeName("if"))
        {
            int line = cursor.Line;
            TemplateExpression condition = ParseOr();
            value = new ConditionalExpression(line, condition, value, cursor.TakeName("else") ? Parse() : null);
        }
        return value;
    }

    private TemplateExpression ParseOr()
    {
        TemplateExpression left = ParseAnd();
        while (cursor.TakeName("or"))
            left = new BinaryExpression(cursor.Line, "or", left, ParseAnd());
        return left;
    }

    private TemplateExpression ParseAnd()
    {
        TemplateExpression left = ParseNot();
        while (cursor.TakeName("and"))
            left = new BinaryExpression(cursor.Line, "and", left, ParseNot());
        return left;
    }

    private TemplateExpression ParseNot() => cursor.TakeName("not")
        ? new UnaryExpression(cursor.Line, "not", cursor.Nested(ParseNot))
        : ParseComparison();

    private TemplateExpression ParseComparison()
    {
        TemplateExpression left = ParseSum();
        while (TakeComparison() is string comparison)
            left = new BinaryExpression(cursor.Line, comparison, left, ParseSum());
        return left;
    }

    private string? TakeComparison()
    {
        if (cursor.TakeName("in"))
            return "in";
        if (cursor.Is(TemplateTokenKind.Name, "not") && cursor.Is(TemplateTokenKind.Name, "in", ahead: 1))
        {
            cursor.Next();
            cursor.Next();
            return "not in";
        }
        return Array.Find(s_comparisons, cursor.TakeOperator);
    }

    private TemplateExpression ParseSum() => ParseLeft(ParseConcat, "+", "-");

    private TemplateExpression ParseConcat() => ParseLeft(ParseProduct, "~");

    private TemplateExpression ParseProduct() => ParseLeft(ParseUnary, "*", "//", "/", "%");

    private TemplateExpression ParseLeft(Func<TemplateExpression> operand, params string[] operators)
    {
        TemplateExpression left = operand();
        while (Array.Find(operators, cursor.TakeOperator) is string symbol)
            left = new BinaryExpression(cursor.Line, symbol, left, operand());
        return left;
    }

    private TemplateExpression ParseUnary() => cursor.TakeOperator("-")
        ? new UnaryExpression(cursor.Line, "-", cursor.Nested(ParseUnary))
        : ParsePostfix(ParsePrimary());

    private TemplateExpression ParsePostfix(TemplateExpression value)
    {
        while (true)
        {
            int line = cursor.Line;
            if (cursor.TakeOperator("."))
                value = ParseMember(value, line);
            else if (cursor.TakeOperator("["))
                value = ParseIndex(value, line);
            else if (cursor.TakeOperator("|"))
                value = ParseCall(value, cursor.Expect(TemplateTokenKind.Name), line, isFilter: true);
            else if (cursor.TakeName("is"))
                value = ParseTest(value, line);
            else
                return value;
        }
    }

    private TemplateExpression ParseMember(TemplateExpression target, int line)
    {
        string name = cursor.Expect(TemplateTokenKind.Name);
        return cursor.Is(TemplateTokenKind.Operator, "(")
            ? ParseCall(target, name, line, isFilter: false)
            : new MemberExpression(line, target, new LiteralExpression(line, TemplateText.Trusted(name)));
    }

    private TemplateExpression ParseIndex(TemplateExpression target, int line)
    {
        TemplateExpression? from = cursor.Is(TemplateTokenKind.Operator, ":") ? null : Parse();
        if (!cursor.TakeOperator(":"))
        {
            cursor.Expect(TemplateTokenKind.Operator, "]");
            return new MemberExpression(line, target, from!);
        }
        TemplateExpression? to = AtSliceMark() ? null : Parse();
        TemplateExpression? step = cursor.TakeOperator(":") && !AtSliceMark() ? Parse() : null;
        cursor.Expect(TemplateTokenKind.Operator, "]");
        return new SliceExpression(line, target, from, to, step);
    }

    private bool AtSliceMark() => cursor.Is(TemplateTokenKind.Operator, ":") || cursor.Is(TemplateTokenKind.Operator, "]");

    /// <summary>A test's argument stands in parentheses, or, if it is a single constant or list, may follow as it is.</summary>
    private TestExpression ParseTest(TemplateExpression target, int line)
    {
        bool negated = cursor.TakeName("not");
        string test = cursor.Expect(TemplateTokenKind.Name);
        if (cursor.Is(TemplateTokenKind.Operator, "("))
            return new TestExpression(line, target, test, ParseCall(target, test, line, isFilter: true).Arguments, negated);
        bool argument = cursor.Is(TemplateTokenKind.String) || cursor.Is(TemplateTokenKind.Integer) || cursor.Is(TemplateTokenKind.Operator, "[");
        return new TestExpression(line, target, test, argument ? [ParsePrimary()] : [], negated);
    }

    private CallExpression ParseCall(TemplateExpression? target, string name, int line, bool isFilter)
    {
        List<TemplateExpression> arguments = [];
        List<(string, TemplateExpression)> named = [];
        if (cursor.TakeOperator("("))
        {
            while (!cursor.TakeOperator(")"))
            {
                if (arguments.Count + named.Count > 0)
                    cursor.Expect(TemplateTokenKind.Operator, ",");
                if (cursor.Is(TemplateTokenKind.Name) && cursor.Is(TemplateTokenKind.Operator, "=", ahead: 1))
                    named.Add((cursor.Next().Value, ParseAfterEquals()));
                else
                    arguments.Add(Parse());
            }
        }
        return new CallExpression(line, target, name, isFilter, arguments, named);
    }

    private TemplateExpression ParseAfterEquals()
    {
        cursor.Expect(TemplateTokenKind.Operator, "=");
        return Parse();
    }

    private TemplateExpression ParsePrimary()
    {
        TemplateToken token = cursor.Next();
        return token.Kind switch
        {
            TemplateTokenKind.String => new LiteralExpression(token.Line, TemplateText.Trusted(token.Value + FollowingStrings())),
            TemplateTokenKind.Integer when long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) =>
                new LiteralExpression(token.Line, number),
            TemplateTokenKind.Name => ParseName(token),
            TemplateTokenKind.Operator when token.Value == "(" => ParseParenthesis(token.Line),
            TemplateTokenKind.Operator when token.Value == "[" => ParseList(token.Line, "]"),
            TemplateTokenKind.Operator when token.Value == "{" => ParseMapping(token.Line),
            _ => throw new ChatTemplateException(token.Line, $"no expression can start with {token.Kind} {token.Value}"),
        };
    }

    private TemplateExpression ParseName(TemplateToken token) => token.Value switch
    {
        "true" or "True" => new LiteralExpression(token.Line, true),
        "false" or "False" => new LiteralExpression(token.Line, false),
        "none" or "None" => new LiteralExpression(token.Line, null),
        _ when cursor.Is(TemplateTokenKind.Operator, "(") => ParseCall(null, token.Value, token.Line, isFilter: false),
        _ => new NameExpression(token.Line, token.Value),
    };

    /// <summary>Constants side by side are one, as in Python.</summary>
    private string FollowingStrings()
    {
        string text = "";
        while (cursor.Is(TemplateTokenKind.String))
            text += cursor.Next().Value;
        return text;
    }

    /// <summary>(value), or a tuple, which is a list here.</summary>
    private TemplateExpression ParseParenthesis(int line)
    {
        if (cursor.Is(TemplateTokenKind.Operator, ")"))
            return ParseList(line, ")");
        TemplateExpression value = Parse();
        if (!cursor.TakeOperator(","))
        {
            cursor.Expect(TemplateTokenKind.Operator, ")");
            return value;
        }
        ListExpression rest = ParseList(line, ")");
        return rest with { Items = [value, .. rest.Items] };
    }

    private ListExpression ParseList(int line, string close)
    {
        List<TemplateExpression> items = [];
        while (!cursor.TakeOperator(close))
        {
            if (items.Count > 0)
                cursor.Expect(TemplateTokenKind.Operator, ",");
            if (items.Count == 0 || !cursor.Is(TemplateTokenKind.Operator, close))
                items.Add(Parse());
        }
        return new ListExpression(line, items);
    }

    private MappingExpression ParseMapping(int line)
    {
        List<(TemplateExpression, TemplateExpression)> entries = [];
        while (!cursor.TakeOperator("}"))
        {
            if (entries.Count > 0)
                cursor.Expect(TemplateTokenKind.Operator, ",");
            if (entries.Count > 0 && cursor.Is(TemplateTokenKind.Operator, "}"))
                continue;
            TemplateExpression key = Parse();
            cursor.Expect(TemplateTokenKind.Operator, ":");
            entries.Add((key, Parse()));
        }
        return new MappingExpression(line, entries);
    }
}

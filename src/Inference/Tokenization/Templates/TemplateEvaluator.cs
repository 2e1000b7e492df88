namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>Runs a parsed template once, within a budget of steps that also counts the characters that it copies.</summary>
internal sealed class TemplateEvaluator(TimeProvider clock)
{
    private const long MaxSteps = 4_000_000;
    private const int MaxDepth = 500;
    private readonly List<Dictionary<string, object?>> _scopes = [];
    private readonly TemplateFunctions _functions = new(clock);
    private List<TemplateText> _output = [];
    private long _steps;
    private long _length;
    private int _depth;

    /// <exception cref="ChatTemplateException">The template refuses, makes no sense of a value, or exceeds its budget.</exception>
    public TemplateText Run(IReadOnlyList<TemplateNode> nodes, Dictionary<string, object?> variables)
    {
        _scopes.Add(variables);
        Run(nodes);
        return TemplateText.Concat(_output);
    }

    private void Run(IReadOnlyList<TemplateNode> nodes)
    {
        foreach (TemplateNode node in nodes)
        {
            Charge(1, node.Line);
            switch (node)
            {
                case TextNode text:
                    Write(text.Text, node.Line);
                    break;
                case PrintNode print:
                    Write(TemplateValues.ToText(Evaluate(print.Value), node.Line), node.Line);
                    break;
                case SetNode set:
                    Set(set);
                    break;
                case SetBlockNode block:
                    _scopes[^1][block.Name] = Capture(block.Body);
                    break;
                case IfNode branches:
                    Run(branches.Branches.FirstOrDefault(
                        branch => branch.Condition is null || TemplateValues.IsTrue(Evaluate(branch.Condition))).Body ?? []);
                    break;
                case ForNode loop:
                    Loop(loop);
                    break;
            }
        }
    }

    private void Write(TemplateText text, int line)
    {
        if ((_length += text.Length) > TemplateText.MaxLength)
            throw new ChatTemplateException(line, $"the rendered conversation is longer than {TemplateText.MaxLength}");
        _output.Add(text);
    }

    private void Set(SetNode set)
    {
        object? value = Evaluate(set.Value);
        if (set.Member is null)
            _scopes[^1][set.Name] = value;
        else if (Lookup(set.Name) is Dictionary<string, object?> map)
            map[set.Member] = value;
        else
            throw new ChatTemplateException(set.Line, $"{set.Name} is no namespace");
    }

    /// <summary>The text that a body writes, instead of writing it.</summary>
    private TemplateText Capture(IReadOnlyList<TemplateNode> body)
    {
        (List<TemplateText> outer, _output) = (_output, []);
        Run(body);
        (List<TemplateText> inner, _output) = (_output, outer);
        return TemplateText.Concat(inner);
    }

    private void Loop(ForNode loop)
    {
        List<object?> items = Evaluate(loop.Items) switch
        {
            List<object?> list => list,
            Dictionary<string, object?> map => TemplateValues.Keys(map),
            TemplateUndefined => [],
            var other => throw new ChatTemplateException(loop.Line, $"a {TemplateValues.Name(other)} cannot be looped over"),
        };
        if (loop.Filter is not null)
            items = [.. items.Where(item => Passes(loop, item))];
        for (int i = 0; i < items.Count; i++)
        {
            Charge(8, loop.Line);
            Dictionary<string, object?> scope = Bind(loop, items[i]);
            scope["loop"] = Describe(items, i);
            _scopes.Add(scope);
            Run(loop.Body);
            _scopes.RemoveAt(_scopes.Count - 1);
        }
        if (items.Count == 0)
            Run(loop.Empty);
    }

    private bool Passes(ForNode loop, object? item)
    {
        _scopes.Add(Bind(loop, item));
        bool passes = TemplateValues.IsTrue(Evaluate(loop.Filter!));
        _scopes.RemoveAt(_scopes.Count - 1);
        return passes;
    }

    private static Dictionary<string, object?> Bind(ForNode loop, object? item)
    {
        if (loop.Names.Count == 1)
            return new Dictionary<string, object?> { [loop.Names[0]] = item };
        if (item is not List<object?> parts || parts.Count != loop.Names.Count)
            throw new ChatTemplateException(loop.Line, $"an item does not come apart into {loop.Names.Count}");
        Dictionary<string, object?> scope = [];
        for (int i = 0; i < parts.Count; i++)
            scope[loop.Names[i]] = parts[i];
        return scope;
    }

    private static Dictionary<string, object?> Describe(List<object?> items, int index) => new()
    {
        ["index"] = index + 1L,
        ["index0"] = (long)index,
        ["first"] = index == 0,
        ["last"] = index == items.Count - 1,
        ["length"] = (long)items.Count,
        ["revindex"] = (long)(items.Count - index),
        ["revindex0"] = (long)(items.Count - index - 1),
        ["previtem"] = index > 0 ? items[index - 1] : TemplateUndefined.Value,
        ["nextitem"] = index < items.Count - 1 ? items[index + 1] : TemplateUndefined.Value,
    };

    private object? Evaluate(TemplateExpression expression)
    {
        Charge(1, expression.Line);
        if (++_depth > MaxDepth)
            throw new ChatTemplateException(expression.Line, $"an expression is nested deeper than {MaxDepth}");
        object? value = expression switch
        {
            LiteralExpression literal => literal.Value,
            NameExpression name => Lookup(name.Name),
            ListExpression list => list.Items.Select(Evaluate).ToList(),
            MappingExpression mapping => Map(mapping),
            MemberExpression member => TemplateValues.Member(Evaluate(member.Target), Evaluate(member.Key), member.Line),
            SliceExpression slice => TemplateValues.Slice(
                Evaluate(slice.Target), Optional(slice.From), Optional(slice.To), Optional(slice.Step), slice.Line),
            TestExpression test => Test(test) != test.Negated,
            UnaryExpression unary => Unary(unary),
            BinaryExpression binary => Binary(binary),
            ConditionalExpression conditional => TemplateValues.IsTrue(Evaluate(conditional.Condition))
                ? Evaluate(conditional.Value)
                : conditional.Other is null ? TemplateUndefined.Value : Evaluate(conditional.Other),
            CallExpression call => Call(call),
            _ => throw new ChatTemplateException(expression.Line, "unknown expression"),
        };
        _depth--;
        if (expression is not (NameExpression or LiteralExpression))
            Charge(TemplateValues.Size(value), expression.Line);
        return value;
    }

    private object? Optional(TemplateExpression? expression) => expression is null ? null : Evaluate(expression);

    private Dictionary<string, object?> Map(MappingExpression mapping)
    {
        Dictionary<string, object?> map = [];
        foreach ((TemplateExpression key, TemplateExpression value) in mapping.Entries)
        {
            if (Evaluate(key) is not TemplateText name)
                throw new ChatTemplateException(mapping.Line, "the keys of a mapping must be texts");
            map[name.ToString()] = Evaluate(value);
        }
        return map;
    }

    private bool Test(TestExpression test)
    {
        object? target = Evaluate(test.Target);
        Charge(TemplateValues.Size(target), test.Line);
        return TemplateTests.Holds(target, new CallArguments(test.Test, [.. test.Arguments.Select(Evaluate)], [], test.Line, Charge));
    }

    private object? Call(CallExpression call)
    {
        object? target = call.Target is null ? null : Evaluate(call.Target);
        Charge(TemplateValues.Size(target), call.Line);
        CallArguments arguments = new(
            call.Name, [.. call.Arguments.Select(Evaluate)], [.. call.Named.Select(pair => (pair.Name, Evaluate(pair.Value)))], call.Line, Charge);
        return call switch
        {
            { Target: null } => _functions.Call(arguments),
            { IsFilter: true } => TemplateFilters.Call(target, arguments),
            _ => TemplateMethods.Call(target, arguments),
        };
    }

    private object? Unary(UnaryExpression unary)
    {
        object? value = Evaluate(unary.Value);
        if (unary.Operator == "not")
            return !TemplateValues.IsTrue(value);
        return value is long number ? unchecked(-number) : throw new ChatTemplateException(unary.Line, "only a number can be negated");
    }

    private object? Binary(BinaryExpression binary)
    {
        object? left = Evaluate(binary.Left);
        if (binary.Operator is "and" or "or")
            return TemplateValues.IsTrue(left) == (binary.Operator == "and") ? Evaluate(binary.Right) : left;
        object? right = Evaluate(binary.Right);
        Charge(TemplateValues.Size(left), binary.Line);
        return binary.Operator switch
        {
            "==" => TemplateValues.AreEqual(left, right),
            "!=" => !TemplateValues.AreEqual(left, right),
            "in" => TemplateValues.Contains(right, left, binary.Line),
            "not in" => !TemplateValues.Contains(right, left, binary.Line),
            "~" => TemplateText.Concat([TemplateValues.ToText(left, binary.Line), TemplateValues.ToText(right, binary.Line)]),
            "+" when left is TemplateText a && right is TemplateText b => TemplateText.Concat([a, b]),
            "+" when left is List<object?> a && right is List<object?> b => (List<object?>)[.. a, .. b],
            _ when left is long a && right is long b => Arithmetic(binary, a, b),
            _ => throw new ChatTemplateException(binary.Line,
                $"{binary.Operator} has no meaning for a {TemplateValues.Name(left)} and a {TemplateValues.Name(right)}"),
        };
    }

    /// <summary>Python's integers as far as 64 bits go; // and % round towards minus infinity.</summary>
    private static object Arithmetic(BinaryExpression binary, long a, long b)
    {
        try
        {
            return binary.Operator switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "%" => a - b * FloorDivide(a, b),
                "//" => FloorDivide(a, b),
                "<" => a < b,
                "<=" => a <= b,
                ">" => a > b,
                ">=" => a >= b,
                _ => throw new ChatTemplateException(binary.Line, $"{binary.Operator} is not supported for numbers"),
            };
        }
        catch (ArithmeticException)
        {
            throw new ChatTemplateException(binary.Line, $"{binary.Operator} overflows or divides by zero");
        }
    }

    private static long FloorDivide(long a, long b) => checked(a / b) - (a % b != 0 && a < 0 != b < 0 ? 1 : 0);

    private object? Lookup(string name)
    {
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out object? value))
                return value;
        }
        return TemplateFunctions.Exists(name) ? TemplateFunctions.Reference : TemplateUndefined.Value;
    }

    private void Charge(long steps, int line)
    {
        if ((_steps += steps) > MaxSteps)
            throw new ChatTemplateException(line, $"the template takes more than {MaxSteps} steps");
    }
}

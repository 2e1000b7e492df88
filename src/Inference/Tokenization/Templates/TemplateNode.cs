namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>A statement of a template.</summary>
internal abstract record TemplateNode(int Line);

/// <summary>Text outside of tags.</summary>
internal sealed record TextNode(int Line, TemplateText Text) : TemplateNode(Line);

/// <summary>{{ value }}</summary>
internal sealed record PrintNode(int Line, TemplateExpression Value) : TemplateNode(Line);

/// <summary>{% set name = value %} or {% set name.member = value %}</summary>
internal sealed record SetNode(int Line, string Name, string? Member, TemplateExpression Value) : TemplateNode(Line);

/// <summary>{% set name %} body {% endset %}</summary>
internal sealed record SetBlockNode(int Line, string Name, IReadOnlyList<TemplateNode> Body) : TemplateNode(Line);

/// <summary>{% if %} with its branches in order; an else has no condition.</summary>
internal sealed record IfNode(int Line, IReadOnlyList<(TemplateExpression? Condition, IReadOnlyList<TemplateNode> Body)> Branches)
    : TemplateNode(Line);

/// <summary>{% for name in items if filter %}, with the body for no items; several names take each item apart.</summary>
internal sealed record ForNode(
    int Line, IReadOnlyList<string> Names, TemplateExpression Items, TemplateExpression? Filter,
    IReadOnlyList<TemplateNode> Body, IReadOnlyList<TemplateNode> Empty) : TemplateNode(Line);

/// <summary>An expression of a template.</summary>
internal abstract record TemplateExpression(int Line);

/// <summary>A constant.</summary>
internal sealed record LiteralExpression(int Line, object? Value) : TemplateExpression(Line);

/// <summary>A list of expressions.</summary>
internal sealed record ListExpression(int Line, IReadOnlyList<TemplateExpression> Items) : TemplateExpression(Line);

/// <summary>A mapping with its keys and values.</summary>
internal sealed record MappingExpression(int Line, IReadOnlyList<(TemplateExpression Key, TemplateExpression Value)> Entries)
    : TemplateExpression(Line);

/// <summary>A variable.</summary>
internal sealed record NameExpression(int Line, string Name) : TemplateExpression(Line);

/// <summary>target.key or target[key]</summary>
internal sealed record MemberExpression(int Line, TemplateExpression Target, TemplateExpression Key) : TemplateExpression(Line);

/// <summary>target[from:to:step]</summary>
internal sealed record SliceExpression(
    int Line, TemplateExpression Target, TemplateExpression? From, TemplateExpression? To, TemplateExpression? Step) : TemplateExpression(Line);

/// <summary>A function, a method of a value (target set), or a filter.</summary>
internal sealed record CallExpression(
    int Line, TemplateExpression? Target, string Name, bool IsFilter, IReadOnlyList<TemplateExpression> Arguments,
    IReadOnlyList<(string Name, TemplateExpression Value)> Named) : TemplateExpression(Line);

/// <summary>target is [not] test(arguments)</summary>
internal sealed record TestExpression(
    int Line, TemplateExpression Target, string Test, IReadOnlyList<TemplateExpression> Arguments, bool Negated) : TemplateExpression(Line);

/// <summary>not value, or -value</summary>
internal sealed record UnaryExpression(int Line, string Operator, TemplateExpression Value) : TemplateExpression(Line);

/// <summary>left operator right</summary>
internal sealed record BinaryExpression(int Line, string Operator, TemplateExpression Left, TemplateExpression Right)
    : TemplateExpression(Line);

/// <summary>value if condition else other</summary>
internal sealed record ConditionalExpression(int Line, TemplateExpression Condition, TemplateExpression Value, TemplateExpression? Other)
    : TemplateExpression(Line);

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>What a piece of template source is.</summary>
internal enum TemplateTokenKind
{
    /// <summary>Text between tags.</summary>
    Text,

    /// <summary>The start of {{ }}; ends at <see cref="End"/>.</summary>
    Print,

    /// <summary>The start of {% %}; ends at <see cref="End"/>.</summary>
    Statement,

    /// <summary>The end of a tag.</summary>
    End,

    Name,
    String,
    Integer,
    Operator,
}

/// <summary>One piece of template source.</summary>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Value, int Line);

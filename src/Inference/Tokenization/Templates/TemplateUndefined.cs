namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The value of what does not exist: false, prints nothing, and has no members.</summary>
internal sealed class TemplateUndefined
{
    public static readonly TemplateUndefined Value = new();

    private TemplateUndefined()
    {
    }
}

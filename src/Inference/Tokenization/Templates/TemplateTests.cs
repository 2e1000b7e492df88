namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The tests of the subset (value is test); any other name is an error.</summary>
internal static class TemplateTests
{
    public static bool Holds(object? target, CallArguments call) => call.Name switch
    {
        "equalto" or "eq" or "==" => TemplateValues.AreEqual(target, call.Takes("other").Get(0, "other")),
        "ne" or "!=" => !TemplateValues.AreEqual(target, call.Takes("other").Get(0, "other")),
        "in" => TemplateValues.Contains(call.Takes("container").Get(0, "container"), target, call.Line),
        "divisibleby" when target is long number && call.Takes("number").Number(0, "number", 0) is var by and not 0 => number % by == 0,
        _ => Holds(target, call.Takes().Name, call),
    };

    private static bool Holds(object? target, string name, CallArguments call) => name switch
    {
        "defined" => target is not TemplateUndefined,
        "undefined" => target is TemplateUndefined,
        "none" => target is null,
        "string" => target is TemplateText,
        "mapping" => target is Dictionary<string, object?>,
        "iterable" or "sequence" => target is TemplateText or List<object?> or Dictionary<string, object?> or TemplateUndefined,
        "number" => target is long or bool,
        "integer" => target is long,
        "float" => false,
        "boolean" => target is bool,
        "callable" => ReferenceEquals(target, TemplateFunctions.Reference),
        "true" => target is true,
        "false" => target is false,
        "odd" => target is long odd && odd % 2 != 0,
        "even" => target is long even && even % 2 == 0,
        _ => throw call.Fault($"the test {name} is not supported"),
    };
}

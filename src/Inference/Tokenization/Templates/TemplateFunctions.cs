namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The functions of the subset; any other name is an error.</summary>
internal sealed class TemplateFunctions(TimeProvider clock)
{
    private const int MaxRange = 65_536;

    /// <summary>The value of a function's name, which templates ask for by "is defined".</summary>
    public static readonly object Reference = new();

    public static bool Exists(string name) => name is "namespace" or "dict" or "range" or "raise_exception" or "strftime_now";

    public object? Call(CallArguments call) => call.Name switch
    {
        "namespace" or "dict" when call.Positional.Count == 0 => call.Named.ToDictionary(static pair => pair.Name, static pair => pair.Value),
        "range" => Range(call.Takes("start", "stop", "step")),
        "strftime_now" => TemplateText.Trusted(TemplateDate.Format(clock.GetUtcNow(), call.Takes("format").Text(0, "format").ToString(), call.Line)),
        "raise_exception" => throw call.Fault(Reason(call)),
        _ => throw call.Fault($"the function {call.Name} is not supported"),
    };

    /// <summary>The template's own words only: a reason made from a message would quote the conversation.</summary>
    private static string Reason(CallArguments call) =>
        call.Positional is [TemplateText { Parts: var parts } text] && parts.All(static part => part.Trusted)
            ? text.ToString()
            : "the conversation is refused";

    private static List<object?> Range(CallArguments call)
    {
        long first = call.Number(0, "start", 0);
        (long start, long stop) = call.Positional.Count < 2 ? (0, first) : (first, call.Number(1, "stop", 0));
        long step = call.Number(2, "step", 1);
        if (step == 0)
            throw call.Fault("a range needs a step other than 0");
        List<object?> numbers = [];
        for (Int128 at = start; step > 0 ? at < stop : at > stop; at += step)
        {
            if (numbers.Count >= MaxRange)
                throw call.Fault($"a range has more than {MaxRange} numbers");
            numbers.Add((long)at);
        }
        return numbers;
    }
}

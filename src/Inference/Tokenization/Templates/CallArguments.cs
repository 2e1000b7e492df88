namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>The arguments of one call of a function, method, filter or test.</summary>
/// <param name="name">What is called, as the template spells it.</param>
/// <param name="positional">Arguments by place.</param>
/// <param name="named">Arguments by name.</param>
/// <param name="line">Where the call stands.</param>
/// <param name="charge">Takes steps from the template's budget.</param>
internal sealed class CallArguments(
    string name, IReadOnlyList<object?> positional, IReadOnlyList<(string Name, object? Value)> named, int line, Action<long, int> charge)
{
    public string Name => name;

    public int Line => line;

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyList<(string Name, object? Value)> Named => named;

    /// <summary>Names the parameters in order; an argument beyond them is an error.</summary>
    public CallArguments Takes(params ReadOnlySpan<string> parameters)
    {
        if (positional.Count > parameters.Length)
            throw Fault($"{name} takes at most {parameters.Length} arguments");
        foreach ((string given, _) in named)
        {
            if (parameters.IndexOf(given) < 0)
                throw Fault($"{name} takes no argument {given}");
        }
        return this;
    }

    /// <summary>The result of a call that must have no arguments.</summary>
    public T TakesNothing<T>(T result)
    {
        Takes();
        return result;
    }

    /// <summary>The argument at a place or of a name, or undefined.</summary>
    public object? Get(int index, string parameter)
    {
        if (index < positional.Count)
            return positional[index];
        foreach ((string given, object? value) in named)
        {
            if (given == parameter)
                return value;
        }
        return TemplateUndefined.Value;
    }

    public TemplateText Text(int index, string parameter) => Get(index, parameter) as TemplateText
        ?? throw Fault($"{name} needs a text as {parameter}");

    /// <summary>A number, or the default where the argument is missing.</summary>
    public long Number(int index, string parameter, long missing) => Get(index, parameter) switch
    {
        TemplateUndefined => missing,
        long number => number,
        _ => throw Fault($"{name} needs a number as {parameter}"),
    };

    /// <summary>The arguments from a place on, for another call.</summary>
    public CallArguments From(int index, string called) => new(called, [.. positional.Skip(index)], named, line, charge);

    public void Charge(long steps) => charge(steps, line);

    public ChatTemplateException Fault(string message) => new(line, message);
}

namespace TeeTee.Gateway.OpenAi;

/// <summary>An error as OpenAI's clients read it: the status of the answer and the members of its <c>error</c> object.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">OpenAI's class of errors.</param>
/// <param name="Code">One of docs/api.md section 5.</param>
/// <param name="Message">For people; never holds prompt or answer.</param>
/// <param name="Param">The field that is wrong, if one is.</param>
/// <param name="RetryAfter">When to try again, if known.</param>
internal sealed record OpenAiError(int Status, string Type, string Code, string Message, string? Param = null, TimeSpan? RetryAfter = null)
{
    /// <summary>The body, <c>{"error": {...}}</c>.</summary>
    public object Body => new { error = new { message = Message, type = Type, param = Param, code = Code } };
}

namespace TeeTee.Gateway.OpenAi;

/// <summary>Ends a request with an error object.</summary>
internal sealed class OpenAiException(OpenAiError error) : Exception(error.Message)
{
    public OpenAiError Error { get; } = error;
}

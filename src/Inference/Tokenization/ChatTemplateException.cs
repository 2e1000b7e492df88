namespace TeeTee.Inference.Tokenization;

/// <summary>
/// A chat template cannot be used: its text is not understood, it refuses the conversation, or it exceeds its budget.
/// The message never quotes the conversation.
/// </summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>A refusal with its reason.</summary>
    public ChatTemplateException(string message)
        : base(message)
    {
    }

    /// <summary>A fault at a line of the template.</summary>
    internal ChatTemplateException(int line, string message)
        : base($"Chat template, line {line}: {message}")
    {
    }
}

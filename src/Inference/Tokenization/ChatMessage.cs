namespace TeeTee.Inference.Tokenization;

/// <summary>One turn of a conversation. Both parts come from a client and are never read as template or control tokens.</summary>
/// <param name="Role">Who speaks: system, user, assistant, or what the template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);

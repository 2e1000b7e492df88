namespace TeeTee.Inference.Tokenization;

/// <summary>A file's tokenizer is incomplete or of a kind that this version does not run; the message names what is missing.</summary>
public sealed class TokenizerException(string message) : Exception(message);

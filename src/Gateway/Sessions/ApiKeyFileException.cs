namespace TeeTee.Gateway.Sessions;

/// <summary>A file of API keys cannot be used; the message names the path and the cause, never a secret.</summary>
public sealed class ApiKeyFileException(string path, string cause, Exception? inner = null) : Exception($"{path}: {cause}", inner);

namespace TeeTee.Ethereum;

/// <summary>A key file cannot be used. The message names the file, the cause and the repair, never a secret.</summary>
public sealed class KeyFileException : Exception
{
    public KeyFileException(string path, string cause, Exception? innerException = null)
        : base($"The key file {path} cannot be used: {cause}", innerException) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}

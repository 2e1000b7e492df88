namespace TeeTee.Grpc;

/// <summary>One header or trailer of a call.</summary>
public sealed class GrpcMetadataEntry
{
    private readonly string? _text;
    private readonly byte[]? _bytes;

    internal GrpcMetadataEntry(string key, string text) => (Key, _text) = (key, text);

    internal GrpcMetadataEntry(string key, byte[] bytes) => (Key, _bytes) = (key, bytes);

    /// <summary>The name in lower case; it ends in "-bin" exactly when the value is binary.</summary>
    public string Key { get; }

    /// <summary>Whether the value is bytes rather than printable ASCII.</summary>
    public bool IsBinary => _bytes is not null;

    /// <summary>The value of a text entry.</summary>
    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string Text => _text ?? throw new InvalidOperationException($"The metadata entry {Key} is binary.");

    /// <summary>The value of a binary entry.</summary>
    /// <exception cref="InvalidOperationException">The entry is text.</exception>
    public ReadOnlyMemory<byte> Bytes =>
        _bytes ?? throw new InvalidOperationException($"The metadata entry {Key} is text.");
}

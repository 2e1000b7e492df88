namespace TeeTee.Inference.Gguf;

/// <summary>Random access to the bytes of a file.</summary>
internal interface IGgufSource : IDisposable
{
    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>When the file was last written, in UTC; null where the bytes are no file.</summary>
    DateTime? Written { get; }

    /// <summary>Fills the span from an offset; the caller has checked the range.</summary>
    /// <exception cref="EndOfStreamException">The file has become shorter.</exception>
    void Read(long offset, Span<byte> destination);
}

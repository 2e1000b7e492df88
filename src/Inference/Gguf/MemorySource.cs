namespace TeeTee.Inference.Gguf;

/// <summary>A file that is already in memory.</summary>
internal sealed class MemorySource(ReadOnlyMemory<byte> bytes) : IGgufSource
{
    public long Length => bytes.Length;

    public DateTime? Written => null;

    public void Read(long offset, Span<byte> destination) =>
        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);

    public void Dispose()
    {
    }
}

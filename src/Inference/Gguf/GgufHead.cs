using System.Text;

namespace TeeTee.Inference.Gguf;

/// <summary>Encodes what stands before the tensors of a file (ggml's docs/gguf.md).</summary>
internal sealed class GgufHead
{
    private readonly MemoryStream _stream = new();
    private readonly BinaryWriter _writer;

    public GgufHead() => _writer = new BinaryWriter(_stream);

    public BinaryWriter Writer => _writer;

    public void String(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public void Bytes(ReadOnlySpan<byte> text)
    {
        _writer.Write((ulong)text.Length);
        _writer.Write(text);
    }

    public void Array<T>(GgufValueType type, IReadOnlyCollection<T> items, Action<T> write)
    {
        _writer.Write((uint)type);
        _writer.Write((ulong)items.Count);
        foreach (T item in items)
            write(item);
    }

    public void Append(GgufHead other) => _writer.Write(other.ToArray());

    public byte[] ToArray()
    {
        _writer.Flush();
        return _stream.ToArray();
    }
}

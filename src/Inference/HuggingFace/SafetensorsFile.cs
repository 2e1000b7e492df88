using System.Buffers.Binary;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.HuggingFace;

/// <summary>
/// A safetensors file: the length of a JSON header, the header, the bytes of all tensors. Nothing but the header is held in
/// memory; reading tensors is safe from several threads.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private readonly IGgufSource _source;
    private readonly Dictionary<string, SafetensorsTensor> _tensors;

    private SafetensorsFile(string name, IGgufSource source)
    {
        (Name, _source) = (name, source);
        if (source.Length < LengthBytes)
            throw Fault($"the file has {source.Length} bytes, too few for the length of a header");
        byte[] prefix = new byte[LengthBytes];
        Read(0, prefix, HuggingFaceStage.Header, "the header");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxBytes || (long)length > source.Length - LengthBytes)
            throw Fault($"the header claims {length} bytes; at most {SafetensorsHeader.MaxBytes} are accepted and the file has {source.Length - LengthBytes} left");
        byte[] json = new byte[length];
        Read(LengthBytes, json, HuggingFaceStage.Header, "the header");
        long start = LengthBytes + (long)length;
        _tensors = new SafetensorsHeader(name, start, source.Length - start).Read(json);
    }

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; }

    /// <summary>All tensors, also those that cannot be imported.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="HuggingFaceException">The header is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path) => Open(
        Path.GetFileName(path), new FileSource(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)));

    /// <summary>Reads a file that is in memory; the memory must not change while the result is used.</summary>
    /// <exception cref="HuggingFaceException">The header is damaged.</exception>
    public static SafetensorsFile Parse(string name, ReadOnlyMemory<byte> bytes) => Open(name, new MemorySource(bytes));

    /// <summary>Copies bytes of a tensor of this file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are not the tensor's.</exception>
    /// <exception cref="HuggingFaceException">The file became shorter.</exception>
    public void Read(SafetensorsTensor tensor, long offset, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (offset < 0 || offset > tensor.ByteLength - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{tensor.Name} has {tensor.ByteLength} bytes.");
        Read(tensor.Offset + offset, destination, HuggingFaceStage.TensorData, $"tensor {tensor.Name}");
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static SafetensorsFile Open(string name, IGgufSource source)
    {
        try
        {
            return new SafetensorsFile(name, source);
        }
        catch (Exception)
        {
            source.Dispose();
            throw;
        }
    }

    private void Read(long offset, Span<byte> destination, HuggingFaceStage stage, string what)
    {
        try
        {
            _source.Read(offset, destination);
        }
        catch (EndOfStreamException exception)
        {
            throw new HuggingFaceException(Name, stage, $"{what}: {exception.Message}", exception);
        }
    }

    private HuggingFaceException Fault(string cause) => new(Name, HuggingFaceStage.Header, cause);
}

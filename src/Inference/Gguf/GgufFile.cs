namespace TeeTee.Inference.Gguf;

/// <summary>
/// A GGUF file, version 2 or 3 (ggml's docs/gguf.md), opened as hostile input: every length, count, offset and type is
/// checked before it is used, and any damage is a <see cref="GgufException"/>. Reading tensors is safe from several threads.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private const uint Magic = 0x46554747;
    private const uint DefaultAlignment = 32;
    private readonly IGgufSource _source;
    private readonly Dictionary<string, GgufTensor> _tensors;

    private GgufFile(IGgufSource source)
    {
        _source = source;
        GgufReader reader = new(source);
        (int tensors, int pairs) = ReadHeader(reader);
        reader.Stage = GgufStage.Metadata;
        GgufMetadataReader metadata = new(reader);
        Metadata = new GgufMetadata(metadata.ReadAll(pairs));
        Alignment = ReadAlignment();
        reader.Stage = GgufStage.TensorInfo;
        _tensors = new GgufTensorReader(reader, metadata).ReadAll(tensors, Alignment, source.Length);
        MetadataLength = reader.Position;
    }

    /// <summary>2 or 3.</summary>
    public uint Version { get; private set; }

    /// <summary>Bytes to which tensor offsets are aligned.</summary>
    public uint Alignment { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length => _source.Length;

    /// <summary>Bytes before the padding that precedes the first tensor: header, pairs and the list of tensors.</summary>
    internal long MetadataLength { get; }

    /// <summary>When the file was last written as it was opened, in UTC; null for one in memory.</summary>
    internal DateTime? Written => _source.Written;

    /// <summary>The key-value pairs.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>All tensors in the order of their bytes, those of unknown types included.</summary>
    public IReadOnlyCollection<GgufTensor> Tensors => _tensors.Values;

    /// <summary>Opens a file and reads everything but tensor bytes.</summary>
    /// <exception cref="GgufException">The file is damaged or no GGUF file of version 2 or 3.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GgufFile Open(string path) =>
        Open(new FileSource(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)));

    /// <summary>Reads a file that is in memory; the memory must not change while the result is used.</summary>
    /// <exception cref="GgufException">The file is damaged or no GGUF file of version 2 or 3.</exception>
    public static GgufFile Parse(ReadOnlyMemory<byte> bytes) => Open(new MemorySource(bytes));

    /// <summary>The tensor of that name, or null.</summary>
    public GgufTensor? FindTensor(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="GgufException">There is none.</exception>
    public GgufTensor GetTensor(string name) =>
        FindTensor(name) ?? throw new GgufException(GgufStage.TensorInfo, 0, $"tensor {name} is missing");

    /// <summary>Copies whole rows of a tensor, in the file's encoding.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="destination">Room for a whole number of rows.</param>
    /// <exception cref="ArgumentException">The rows do not exist or the room is no whole number of rows.</exception>
    /// <exception cref="GgufException">The type is unknown, or the file became shorter.</exception>
    public void ReadRows(GgufTensor tensor, long firstRow, Span<byte> destination)
    {
        if (!tensor.IsReadable)
            throw new GgufException(GgufStage.TensorData, tensor.Offset,
                $"tensor {tensor.Name} has the unknown type {(uint)tensor.Type}");
        if (destination.Length % tensor.RowBytes != 0)
            throw new ArgumentException(
                $"{destination.Length} bytes hold no whole number of {tensor.RowBytes}-byte rows.", nameof(destination));
        long rows = destination.Length / tensor.RowBytes;
        if (firstRow < 0 || firstRow > tensor.Rows - rows)
            throw new ArgumentOutOfRangeException(nameof(firstRow), firstRow,
                $"Rows {firstRow}..{firstRow + rows - 1} of {tensor.Rows} in {tensor.Name} do not exist.");
        Read(tensor, tensor.Offset + firstRow * tensor.RowBytes, destination);
    }

    /// <summary>Copies bytes of the file, whatever they mean.</summary>
    /// <exception cref="GgufException">The file became shorter.</exception>
    internal void ReadBytes(long offset, Span<byte> destination)
    {
        try
        {
            _source.Read(offset, destination);
        }
        catch (EndOfStreamException exception)
        {
            throw new GgufException(GgufStage.TensorData, offset, exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static GgufFile Open(IGgufSource source)
    {
        try
        {
            return new GgufFile(source);
        }
        catch (Exception)
        {
            source.Dispose();
            throw;
        }
    }

    private (int Tensors, int Pairs) ReadHeader(GgufReader reader)
    {
        uint magic = reader.ReadUInt32();
        if (magic != Magic)
            throw reader.Fault(0, $"the file starts with 0x{magic:X8} instead of the letters GGUF");
        Version = reader.ReadUInt32();
        if (Version != 0 && (Version & 0xFFFF) == 0)
            throw reader.Fault(4, "the file is big-endian, which is not supported");
        if (Version is not (2 or 3))
            throw reader.Fault(4, $"version {Version} is not supported, 2 and 3 are");
        ulong tensors = reader.ReadUInt64();
        ulong pairs = reader.ReadUInt64();
        if (tensors > GgufLimits.MaxTensors)
            throw reader.Fault(8, $"{tensors} tensors, at most {GgufLimits.MaxTensors} are accepted");
        if (pairs > GgufLimits.MaxPairs)
            throw reader.Fault(16, $"{pairs} metadata pairs, at most {GgufLimits.MaxPairs} are accepted");
        return ((int)tensors, (int)pairs);
    }

    private uint ReadAlignment()
    {
        uint alignment = Metadata.GetUInt32("general.alignment", DefaultAlignment);
        return uint.IsPow2(alignment) && alignment <= GgufLimits.MaxAlignment
            ? alignment
            : throw Metadata.Fault("general.alignment", $"is {alignment}, no power of two up to {GgufLimits.MaxAlignment}");
    }

    private void Read(GgufTensor tensor, long offset, Span<byte> destination)
    {
        try
        {
            _source.Read(offset, destination);
        }
        catch (EndOfStreamException exception)
        {
            throw new GgufException(GgufStage.TensorData, offset, $"tensor {tensor.Name}: {exception.Message}");
        }
    }
}

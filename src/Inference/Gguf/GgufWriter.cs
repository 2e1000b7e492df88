using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TeeTee.Inference.Gguf;

/// <summary>
/// Writes a GGUF file of version 3: pairs and tensors are declared in the order in which the file is to list them, then the rows are asked
/// for, a bounded piece at a time and several pieces at once. Offsets are consecutive and aligned to 32 bytes, as the strictest readers want.
/// </summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;
    private const int PieceBytes = 1 << 20;
    private readonly GgufHead _pairs = new();
    private readonly HashSet<string> _keys = [];
    private readonly List<GgufTensor> _tensors = [];
    private readonly HashSet<string> _names = [];
    private long _dataBytes;

    /// <summary>The tensors declared so far; offsets count from the first tensor.</summary>
    public IReadOnlyList<GgufTensor> Tensors => _tensors;

    /// <summary>Bytes of all tensors, the gaps between them included.</summary>
    public long DataBytes => _dataBytes;

    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">The key is empty or there already; so with all of these.</exception>
    public void Add(string key, string value) => Begin(key, GgufValueType.String).String(value);

    /// <summary>Adds an integer.</summary>
    public void Add(string key, uint value) => Begin(key, GgufValueType.UInt32).Writer.Write(value);

    /// <summary>Adds a binary32 number.</summary>
    public void Add(string key, float value) => Begin(key, GgufValueType.Float32).Writer.Write(value);

    /// <summary>Adds a truth value.</summary>
    public void Add(string key, bool value) => Begin(key, GgufValueType.Bool).Writer.Write(value);

    /// <summary>Adds a list of texts.</summary>
    public void Add(string key, IReadOnlyCollection<string> values)
    {
        GgufHead head = Begin(key, GgufValueType.Array);
        head.Array(GgufValueType.String, values, head.String);
    }

    /// <summary>Adds a list of texts that are bytes, such as tokens.</summary>
    public void Add(string key, IReadOnlyCollection<ReadOnlyMemory<byte>> values)
    {
        GgufHead head = Begin(key, GgufValueType.Array);
        head.Array(GgufValueType.String, values, item => head.Bytes(item.Span));
    }

    /// <summary>Adds a list of binary32 numbers.</summary>
    public void Add(string key, IReadOnlyCollection<float> values)
    {
        GgufHead head = Begin(key, GgufValueType.Array);
        head.Array(GgufValueType.Float32, values, head.Writer.Write);
    }

    /// <summary>Adds a list of signed integers.</summary>
    public void Add(string key, IReadOnlyCollection<int> values)
    {
        GgufHead head = Begin(key, GgufValueType.Array);
        head.Array(GgufValueType.Int32, values, head.Writer.Write);
    }

    /// <summary>Declares a tensor.</summary>
    /// <param name="name">Unique, at most 63 bytes.</param>
    /// <param name="type">A type whose layout is known.</param>
    /// <param name="columns">The contiguous dimension, a multiple of the type's block.</param>
    /// <param name="rows">Rows of a matrix, or null for a vector.</param>
    /// <exception cref="ArgumentException">The name, the type or the shape is impossible.</exception>
    public void AddTensor(string name, GgufType type, int columns, int? rows = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (rows is int count)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count, nameof(rows));
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > GgufLimits.MaxNameBytes || !_names.Add(name))
            throw new ArgumentException($"'{name}' is empty, longer than {GgufLimits.MaxNameBytes} bytes or there already.", nameof(name));
        if (!GgufTypes.TryGetBlock(type, out int elements, out int bytes) || columns % elements != 0)
            throw new ArgumentException($"{name}: {columns} columns cannot be stored as {type}.", nameof(type));
        long length = (long)columns / elements * bytes * (rows ?? 1);
        _tensors.Add(new GgufTensor(name, type, columns, rows ?? 1, rows is null ? 1 : 2, _dataBytes, length));
        _dataBytes = Aligned(_dataBytes + length);
    }

    /// <summary>
    /// Writes the file. It has its name only when it is complete: until then it is called <paramref name="path"/> with ".partial" behind,
    /// and it is removed when the work fails or is cancelled.
    /// </summary>
    /// <exception cref="IOException">The file exists already, the disk is full, or it cannot be written.</exception>
    public void Write(string path, GgufRowSource source, GgufWriteOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Overwrite && File.Exists(path))
            throw new IOException($"{path} exists already.");
        string partial = path + ".partial";
        byte[] head = EncodeHead();
        using SafeFileHandle file = File.OpenHandle(partial, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, head.Length + _dataBytes);
        try
        {
            RandomAccess.SetLength(file, head.Length + _dataBytes);
            RandomAccess.Write(file, head, 0);
            WriteTensors(file, head.Length, source, options, cancellationToken);
            File.Move(partial, path, options.Overwrite);
        }
        catch (Exception)
        {
            File.Delete(partial);
            throw;
        }
    }

    private GgufHead Begin(string key, GgufValueType type)
    {
        if (key.Length == 0 || !_keys.Add(key))
            throw new ArgumentException($"The key '{key}' is empty or there already.", nameof(key));
        _pairs.String(key);
        _pairs.Writer.Write((uint)type);
        return _pairs;
    }

    private byte[] EncodeHead()
    {
        GgufHead head = new();
        head.Writer.Write("GGUF"u8);
        head.Writer.Write(3u);
        head.Writer.Write((ulong)_tensors.Count);
        head.Writer.Write((ulong)_keys.Count);
        head.Append(_pairs);
        foreach (GgufTensor tensor in _tensors)
        {
            head.String(tensor.Name);
            head.Writer.Write((uint)tensor.DimensionCount);
            head.Writer.Write((ulong)tensor.Columns);
            if (tensor.DimensionCount == 2)
                head.Writer.Write((ulong)tensor.Rows);
            head.Writer.Write((uint)tensor.Type);
            head.Writer.Write((ulong)tensor.Offset);
        }
        byte[] bytes = head.ToArray();
        Array.Resize(ref bytes, (int)Aligned(bytes.Length));
        return bytes;
    }

    private void WriteTensors(SafeFileHandle file, long start, GgufRowSource source, GgufWriteOptions options, CancellationToken cancellationToken)
    {
        long done = 0;
        try
        {
            Parallel.ForEach(
                Pieces(),
                new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken },
                piece =>
                {
                    WritePiece(file, start, source, piece.Tensor, piece.FirstRow, piece.Rows);
                    options.Progress?.Report(Interlocked.Add(ref done, piece.Rows * piece.Tensor.RowBytes));
                });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private IEnumerable<(GgufTensor Tensor, long FirstRow, int Rows)> Pieces()
    {
        foreach (GgufTensor tensor in _tensors)
        {
            int step = (int)Math.Max(1, PieceBytes / tensor.RowBytes);
            for (long row = 0; row < tensor.Rows; row += step)
                yield return (tensor, row, (int)Math.Min(step, tensor.Rows - row));
        }
    }

    private static void WritePiece(SafeFileHandle file, long start, GgufRowSource source, GgufTensor tensor, long firstRow, int rows)
    {
        int length = checked((int)(rows * tensor.RowBytes));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            source(tensor, firstRow, buffer.AsSpan(0, length));
            RandomAccess.Write(file, buffer.AsSpan(0, length), start + tensor.Offset + firstRow * tensor.RowBytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;
}

using System.Text;

namespace TeeTee.Inference.Tests.Support;

/// <summary>Writes small GGUF files, well-formed unless told otherwise.</summary>
internal sealed class GgufBuilder
{
    private readonly List<byte[]> _pairs = [];
    private readonly List<(string Name, uint Type, ulong[] Dimensions, byte[] Data, ulong? Offset)> _tensors = [];

    public uint Version { get; set; } = 3;

    public uint Alignment { get; private set; } = 32;

    public ulong? ClaimedTensors { get; set; }

    public ulong? ClaimedPairs { get; set; }

    public GgufBuilder With(string key, string value) => Raw(key, 8, writer => WriteString(writer, value));

    public GgufBuilder With(string key, uint value) => Raw(key, 4, writer => writer.Write(value));

    public GgufBuilder With(string key, ulong value) => Raw(key, 10, writer => writer.Write(value));

    public GgufBuilder With(string key, float value) => Raw(key, 6, writer => writer.Write(value));

    public GgufBuilder With(string key, bool value) => Raw(key, 7, writer => writer.Write((byte)(value ? 1 : 0)));

    public GgufBuilder With(string key, params float[] values) => Array(key, 6, values, static (writer, item) => writer.Write(item));

    public GgufBuilder With(string key, params int[] values) => Array(key, 5, values, static (writer, item) => writer.Write(item));

    public GgufBuilder With(string key, params string[] values) => Array(key, 8, values, WriteString);

    public GgufBuilder With(string key, params byte[][] values) => Array(key, 8, values, static (writer, item) =>
    {
        writer.Write((ulong)item.Length);
        writer.Write(item);
    });

    public GgufBuilder WithAlignment(uint alignment)
    {
        Alignment = alignment;
        return With("general.alignment", alignment);
    }

    /// <summary>A pair whose value the caller writes.</summary>
    public GgufBuilder Raw(string key, uint type, Action<BinaryWriter> value)
    {
        _pairs.Add(Write(writer =>
        {
            WriteString(writer, key);
            writer.Write(type);
            value(writer);
        }));
        return this;
    }

    /// <summary>A tensor; dimensions in the file's order, columns first.</summary>
    public GgufBuilder Tensor(string name, uint type, ulong[] dimensions, byte[] data, ulong? offset = null)
    {
        _tensors.Add((name, type, dimensions, data, offset));
        return this;
    }

    public byte[] Build() => Write(writer =>
    {
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write(ClaimedTensors ?? (ulong)_tensors.Count);
        writer.Write(ClaimedPairs ?? (ulong)_pairs.Count);
        _pairs.ForEach(writer.Write);
        ulong offset = 0;
        foreach (var tensor in _tensors)
        {
            WriteString(writer, tensor.Name);
            writer.Write((uint)tensor.Dimensions.Length);
            foreach (ulong dimension in tensor.Dimensions)
                writer.Write(dimension);
            writer.Write(tensor.Type);
            writer.Write(tensor.Offset ?? offset);
            offset = Aligned(offset + (ulong)tensor.Data.Length);
        }
        foreach (var tensor in _tensors)
        {
            Pad(writer);
            writer.Write(tensor.Data);
        }
        Pad(writer);
    });

    private static byte[] Write(Action<BinaryWriter> write)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private GgufBuilder Array<T>(string key, uint type, T[] items, Action<BinaryWriter, T> write) => Raw(key, 9, writer =>
    {
        writer.Write(type);
        writer.Write((ulong)items.Length);
        foreach (T item in items)
            write(writer, item);
    });

    private ulong Aligned(ulong position) => (position + Alignment - 1) / Alignment * Alignment;

    private void Pad(BinaryWriter writer)
    {
        writer.Flush();
        ulong position = (ulong)writer.BaseStream.Position;
        writer.Write(new byte[Aligned(position) - position]);
    }
}

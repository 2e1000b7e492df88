using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace TeeTee.Inference.Tests.HuggingFace;

/// <summary>Writes small safetensors files, well-formed unless a test changes the header.</summary>
internal sealed class SafetensorsBuilder
{
    private readonly List<(string Name, string Type, long[] Shape, byte[] Data)> _tensors = [];

    public SafetensorsBuilder Tensor(string name, string type, long[] shape, byte[] data)
    {
        _tensors.Add((name, type, shape, data));
        return this;
    }

    public byte[] Build(Func<string, string>? alterHeader = null)
    {
        Dictionary<string, object> header = new() { ["__metadata__"] = new { format = "pt" } };
        long at = 0;
        foreach ((string name, string type, long[] shape, byte[] data) in _tensors)
        {
            header.Add(name, new { dtype = type, shape, data_offsets = new[] { at, at + data.Length } });
            at += data.Length;
        }
        string json = JsonSerializer.Serialize(header);
        return Frame(alterHeader is null ? json : alterHeader(json), _tensors.SelectMany(static tensor => tensor.Data).ToArray());
    }

    public static byte[] Frame(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json, .. data];
    }
}

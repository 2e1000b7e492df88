using System.Text.Json;

namespace TeeTee.Inference.HuggingFace;

/// <summary>
/// Reads the header of a safetensors file as hostile input: every tensor's bytes must have the length that type and shape
/// demand, and all together they must cover the data exactly, without overlap and without gap, as the format asks.
/// </summary>
internal sealed class SafetensorsHeader(string file, long dataStart, long dataLength)
{
    /// <summary>The format's own limit.</summary>
    public const int MaxBytes = 100_000_000;

    private const int MaxTensors = 65_536;
    private const int MaxNameLength = 1024;
    private const int MaxDimensions = 8;

    public Dictionary<string, SafetensorsTensor> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return Place(ReadAll(json));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Utf8JsonReader throws the second for texts that are no UTF-8 and for values of another kind.
            throw new HuggingFaceException(file, HuggingFaceStage.Header, $"the header is no JSON of the format: {exception.Message}", exception);
        }
    }

    private Dictionary<string, SafetensorsTensor> ReadAll(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw Fault("the header does not start with {");
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 8 });
        reader.Read();
        Dictionary<string, SafetensorsTensor> tensors = [];
        bool metadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (name == "__metadata__" && !metadata)
            {
                metadata = true;
                reader.Read();
                reader.Skip();
                continue;
            }
            if (name.Length is 0 or > MaxNameLength || tensors.Count >= MaxTensors)
                throw Fault($"a tensor's name is empty or longer than {MaxNameLength}, or there are more than {MaxTensors} tensors");
            if (!tensors.TryAdd(name, ReadTensor(ref reader, name)))
                throw Fault($"tensor {name} occurs twice");
        }
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            throw Fault("the header does not end with }");
        return tensors;
    }

    private SafetensorsTensor ReadTensor(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Fault($"tensor {name} is described by no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            bool known = key switch
            {
                "dtype" when type is null => (type = reader.GetString()) is not null,
                "shape" when shape is null => (shape = ReadNumbers(ref reader, name, MaxDimensions)) is not null,
                "data_offsets" when offsets is null => (offsets = ReadNumbers(ref reader, name, 2)) is not null,
                _ => false,
            };
            if (!known)
                throw Fault($"tensor {name} has an unknown or repeated key {key}");
        }
        return type is not null && shape is not null && offsets is { Count: 2 }
            ? Check(name, type, shape, offsets[0], offsets[1])
            : throw Fault($"tensor {name} lacks its dtype, shape or data_offsets");
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, int most)
    {
        List<long> numbers = [];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Fault($"tensor {name} has a shape or offsets that are no list");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0 || numbers.Count == most)
                throw Fault($"tensor {name} has a shape or offsets with more than {most} numbers, or one that is none");
            numbers.Add(number);
        }
        return numbers;
    }

    private SafetensorsTensor Check(string name, string typeName, List<long> shape, long begin, long end)
    {
        int elementBytes = ElementBytes(typeName);
        if (elementBytes == 0)
            throw Fault($"tensor {name} has the unknown type {typeName}");
        if (begin > end || end > dataLength)
            throw Fault($"tensor {name} lies at {begin}..{end}, outside of the {dataLength} bytes of data");
        UInt128 length = (UInt128)elementBytes;
        foreach (long dimension in shape)
        {
            length *= (UInt128)dimension;
            if (length > long.MaxValue)
                throw Fault($"tensor {name} is too large");
        }
        if (length != (UInt128)(end - begin))
            throw Fault($"tensor {name} of {typeName} [{string.Join(", ", shape)}] takes {length} bytes, the file gives it {end - begin}");
        SafetensorsType type = typeName switch
        {
            "F32" => SafetensorsType.F32,
            "F16" => SafetensorsType.F16,
            "BF16" => SafetensorsType.BF16,
            _ => SafetensorsType.Other,
        };
        return new SafetensorsTensor(name, type, typeName, shape, dataStart + begin, end - begin);
    }

    private static int ElementBytes(string type) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
        "I16" or "U16" or "F16" or "BF16" => 2,
        "I32" or "U32" or "F32" => 4,
        "I64" or "U64" or "F64" or "C64" => 8,
        _ => 0,
    };

    private Dictionary<string, SafetensorsTensor> Place(Dictionary<string, SafetensorsTensor> tensors)
    {
        long end = dataStart;
        string previous = "the header";
        foreach (SafetensorsTensor tensor in tensors.Values.OrderBy(static tensor => tensor.Offset).ThenBy(static tensor => tensor.ByteLength))
        {
            if (tensor.Offset != end)
                throw Fault($"tensor {tensor.Name} {(tensor.Offset < end ? "overlaps" : "leaves a gap after")} {previous}");
            end = tensor.Offset + tensor.ByteLength;
            previous = tensor.Name;
        }
        return end == dataStart + dataLength ? tensors : throw Fault($"{dataStart + dataLength - end} bytes at the end belong to no tensor");
    }

    private HuggingFaceException Fault(string cause) => new(file, HuggingFaceStage.Header, cause);
}

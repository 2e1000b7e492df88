namespace TeeTee.Inference.Gguf;

/// <summary>Reads the list of tensors and checks that their bytes lie in the file, aligned and apart.</summary>
internal sealed class GgufTensorReader(GgufReader reader, GgufMetadataReader text)
{
    public Dictionary<string, GgufTensor> ReadAll(int count, uint alignment, long fileLength)
    {
        List<(GgufTensor Tensor, long At)> infos = [];
        HashSet<string> names = [];
        for (int i = 0; i < count; i++)
        {
            long at = reader.Position;
            GgufTensor tensor = ReadInfo(at);
            if (!names.Add(tensor.Name))
                throw reader.Fault(at, $"tensor {tensor.Name} occurs twice");
            if (tensor.Offset % alignment != 0)
                throw reader.Fault(at, $"tensor {tensor.Name} has offset {tensor.Offset}, no multiple of {alignment}");
            infos.Add((tensor, at));
        }
        long start = (reader.Position + alignment - 1) / alignment * alignment;
        return Place(infos, start, fileLength);
    }

    private GgufTensor ReadInfo(long at)
    {
        string name = text.ReadText(GgufLimits.MaxNameBytes, "a tensor name");
        if (name.Length == 0)
            throw reader.Fault(at, "a tensor has an empty name");
        int dimensions = ReadDimensionCount(name, at);
        (long columns, long rows) = ReadShape(name, dimensions);
        GgufType type = (GgufType)reader.ReadUInt32();
        long length = ByteLength(name, type, columns, rows, at);
        ulong offset = reader.ReadUInt64();
        if (offset > long.MaxValue / 2)
            throw reader.Fault(at, $"tensor {name} has the impossible offset {offset}");
        return new GgufTensor(name, type, columns, rows, dimensions, (long)offset, length);
    }

    private int ReadDimensionCount(string name, long at)
    {
        uint dimensions = reader.ReadUInt32();
        return dimensions is >= 1 and <= 4
            ? (int)dimensions
            : throw reader.Fault(at, $"tensor {name} has {dimensions} dimensions, 1 to 4 are possible");
    }

    private (long Columns, long Rows) ReadShape(string name, int dimensions)
    {
        (long columns, long rows) = (1, 1);
        for (int i = 0; i < dimensions; i++)
        {
            long at = reader.Position;
            ulong length = reader.ReadUInt64();
            if (length is 0 or > int.MaxValue)
                throw reader.Fault(at, $"dimension {i} of tensor {name} is {length}, 1 to {int.MaxValue} are possible");
            if (i == 0)
                columns = (long)length;
            else if ((rows *= (long)length) > int.MaxValue)
                throw reader.Fault(at, $"tensor {name} has more than {int.MaxValue} rows");
        }
        return (columns, rows);
    }

    private long ByteLength(string name, GgufType type, long columns, long rows, long at)
    {
        if (!GgufTypes.TryGetBlock(type, out int elements, out int bytes))
            return -1;
        if (columns % elements != 0)
            throw reader.Fault(at, $"tensor {name} has {columns} columns, {type} needs a multiple of {elements}");
        UInt128 length = (UInt128)(ulong)(columns / elements) * (ulong)bytes * (ulong)rows;
        return length <= long.MaxValue / 2 ? (long)length : throw reader.Fault(at, $"tensor {name} is too large");
    }

    private Dictionary<string, GgufTensor> Place(List<(GgufTensor Tensor, long At)> infos, long start, long fileLength)
    {
        Dictionary<string, GgufTensor> placed = new(infos.Count);
        long end = 0;
        string previous = "";
        foreach ((GgufTensor tensor, long at) in infos.OrderBy(static info => info.Tensor.Offset))
        {
            if (tensor.Offset < end || (placed.Count > 0 && tensor.Offset == placed[previous].Offset - start))
                throw reader.Fault(at, $"tensor {tensor.Name} overlaps tensor {previous}");
            long length = Math.Max(tensor.ByteLength, 0);
            if (start + tensor.Offset + length > fileLength)
                throw new GgufException(GgufStage.TensorData, start + tensor.Offset,
                    $"tensor {tensor.Name} needs {length} bytes, the file has {Math.Max(0, fileLength - start - tensor.Offset)} there");
            end = tensor.Offset + length;
            previous = tensor.Name;
            placed.Add(tensor.Name, tensor with { Offset = start + tensor.Offset });
        }
        return placed;
    }
}

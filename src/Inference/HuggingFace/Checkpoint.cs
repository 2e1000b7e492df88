using System.Text.Json;

namespace TeeTee.Inference.HuggingFace;

/// <summary>The tensors of a directory: those of model.safetensors, or of the shards that model.safetensors.index.json lists.</summary>
internal sealed class Checkpoint : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const int MaxIndexBytes = 64 << 20;
    private const int MaxShards = 4096;
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> _tensors = [];

    private Checkpoint()
    {
    }

    public IReadOnlyDictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> Tensors => _tensors;

    /// <exception cref="HuggingFaceException">A file is missing or damaged, or index and shards disagree.</exception>
    public static Checkpoint Open(string directory)
    {
        Checkpoint checkpoint = new();
        try
        {
            if (File.Exists(Path.Combine(directory, Single)))
                checkpoint.Add(directory, Single);
            else
                checkpoint.AddShards(directory, JsonSection.Find(directory, Index, HuggingFaceStage.Index, MaxIndexBytes)
                    ?? throw new HuggingFaceException(Single, HuggingFaceStage.Index, $"there is neither this file nor {Index} (weights in other formats are not imported)"));
            return checkpoint;
        }
        catch (Exception)
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    private void AddShards(string directory, JsonSection index)
    {
        JsonSection map = index.FindObject("weight_map") ?? throw index.Fault("weight_map is missing");
        Dictionary<string, string> listed = [];
        foreach (JsonProperty entry in map.Element.EnumerateObject())
            listed.Add(map.NameOf(entry), ShardName(map, entry));
        string[] shards = [.. listed.Values.Distinct()];
        if (shards.Length is 0 or > MaxShards)
            throw map.Fault($"weight_map names {shards.Length} shards, 1 to {MaxShards} are possible");
        foreach (string shard in shards)
            Add(directory, shard);
        foreach ((string name, string shard) in listed)
        {
            if (!_tensors.TryGetValue(name, out (SafetensorsFile File, SafetensorsTensor) found) || found.File.Name != shard)
                throw map.Fault($"tensor {name} is not in {shard}");
        }
        string? unlisted = _tensors.Keys.FirstOrDefault(name => !listed.ContainsKey(name));
        if (unlisted is not null)
            throw map.Fault($"tensor {unlisted} of {_tensors[unlisted].File.Name} is not listed");
    }

    /// <summary>A name in the directory itself: an index must not lead anywhere else.</summary>
    private static string ShardName(JsonSection map, JsonProperty entry)
    {
        string name = map.TextOf(entry.Value, map.NameOf(entry));
        bool plain = name.EndsWith(".safetensors", StringComparison.Ordinal) && !name.StartsWith('.') && name.All(
            static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        return plain ? name : throw map.Fault($"the shard of {entry.Name} has the name {JsonSection.Shown(entry.Value)}, which is no plain *.safetensors");
    }

    private void Add(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        if (!File.Exists(path))
            throw new HuggingFaceException(name, HuggingFaceStage.Index, "the shard is missing");
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (SafetensorsTensor tensor in file.Tensors.Values)
        {
            if (!_tensors.TryAdd(tensor.Name, (file, tensor)))
                throw new HuggingFaceException(name, HuggingFaceStage.Index, $"tensor {tensor.Name} is in {_tensors[tensor.Name].File.Name} already");
        }
    }
}

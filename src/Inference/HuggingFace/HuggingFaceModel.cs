using System.Collections.Frozen;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.HuggingFace;

/// <summary>
/// A model directory as Hugging Face lays it out (config.json, tokenizer.json, safetensors), to be written as a GGUF file.
/// Opening reads and checks everything but the elements of tensors.
/// </summary>
public sealed class HuggingFaceModel : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly HuggingFaceConfig _config;
    private readonly GgufWriter _writer = new();
    private readonly FrozenDictionary<string, GgufRowSource> _sources;

    private HuggingFaceModel(string directory, GgufType type, Checkpoint checkpoint)
    {
        _checkpoint = checkpoint;
        _config = new HuggingFaceConfig(directory);
        Name = new DirectoryInfo(directory).Name;
        HuggingFaceTokenizer tokenizer = new(directory, _config);
        HasChatTemplate = tokenizer.ChatTemplate is not null;
        _config.AddTo(_writer, Name);
        _writer.Add("general.file_type", FileType(type));
        tokenizer.AddTo(_writer);
        _sources = AddTensors(type).ToFrozenDictionary();
    }

    /// <summary>The types that matrices can be written in.</summary>
    public static IReadOnlyList<GgufType> Types { get; } = [GgufType.Q8_0, GgufType.F16, GgufType.BF16, GgufType.F32];

    /// <summary>The directory's name, which becomes the model's.</summary>
    public string Name { get; }

    /// <summary>GGUF's name of the architecture.</summary>
    public string Architecture => _config.Architecture;

    /// <summary>Number of layers.</summary>
    public int LayerCount => _config.Layers;

    /// <summary>Number of tokens.</summary>
    public int VocabularySize => _config.Vocabulary;

    /// <summary>True where the model has a chat template.</summary>
    public bool HasChatTemplate { get; }

    /// <summary>The tensors that will be written.</summary>
    public IReadOnlyList<GgufTensor> Tensors => _writer.Tensors;

    /// <summary>Bytes of all tensors that will be written.</summary>
    public long DataBytes => _writer.DataBytes;

    /// <summary>Opens a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="type">
    /// What matrices become. Norms and biases are F32; matrices whose rows are no multiple of 32 keep their own type where Q8_0 is asked for.
    /// </param>
    /// <exception cref="ArgumentException">The type is none of <see cref="Types"/>.</exception>
    /// <exception cref="HuggingFaceException">Something is damaged, missing or not supported; the message names file and key or tensor.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static HuggingFaceModel Open(string directory, GgufType type)
    {
        if (!Types.Contains(type))
            throw new ArgumentException($"{type} cannot be written.", nameof(type));
        Checkpoint checkpoint = Checkpoint.Open(directory);
        try
        {
            return new HuggingFaceModel(directory, type, checkpoint);
        }
        catch (Exception)
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Writes the GGUF file; there is no file of that name before it is complete.</summary>
    /// <exception cref="HuggingFaceException">An element is not finite or too large for its type.</exception>
    /// <exception cref="IOException">The file exists, cannot be written, or a source cannot be read.</exception>
    public void Write(string path, GgufWriteOptions options, CancellationToken cancellationToken) =>
        _writer.Write(path, (tensor, firstRow, destination) => _sources[tensor.Name](tensor, firstRow, destination), options, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _checkpoint.Dispose();

    private Dictionary<string, GgufRowSource> AddTensors(GgufType type)
    {
        Dictionary<string, GgufRowSource> sources = [];
        HashSet<string> used = [];
        foreach (TensorPlan plan in TensorPlan.All(_config))
        {
            (SafetensorsFile file, SafetensorsTensor source) = Find(plan);
            used.Add(source.Name);
            _writer.AddTensor(plan.Name, plan.Rows is null ? GgufType.F32 : TypeOf(type, plan, source), plan.Columns, plan.Rows);
            sources.Add(plan.Name, new RowConverter(file, source, plan).Fill);
        }
        if (_config.Divisors is float[] divisors)
        {
            _writer.AddTensor("rope_freqs.weight", GgufType.F32, divisors.Length);
            sources.Add("rope_freqs.weight", (_, _, destination) => WriteDivisors(divisors, destination));
        }
        string? foreign = _checkpoint.Tensors.Keys.FirstOrDefault(name => !used.Contains(name) && !TensorPlan.IsSpare(name, _config));
        return foreign is null
            ? sources
            : throw new HuggingFaceException(_checkpoint.Tensors[foreign].File.Name, HuggingFaceStage.Header, $"tensor {foreign} has no place in a {_config.ModelType} model");
    }

    private (SafetensorsFile, SafetensorsTensor) Find(TensorPlan plan)
    {
        if (!_checkpoint.Tensors.TryGetValue(plan.Source, out (SafetensorsFile File, SafetensorsTensor Tensor) found))
            throw new HuggingFaceException(HuggingFaceConfig.File, HuggingFaceStage.Index, $"the model needs tensor {plan.Source}, which no file has");
        long[] shape = plan.Rows is int rows ? [rows, plan.Columns] : [plan.Columns];
        if (found.Tensor.Type == SafetensorsType.Other)
            throw new HuggingFaceException(found.File.Name, HuggingFaceStage.Header, $"tensor {plan.Source} has type {found.Tensor.TypeName}; F32, F16 and BF16 are imported");
        return found.Tensor.Shape.SequenceEqual(shape)
            ? found
            : throw new HuggingFaceException(found.File.Name, HuggingFaceStage.Header,
                $"tensor {plan.Source} is {found.Tensor.ShapeText}, {HuggingFaceConfig.File} needs [{string.Join(", ", shape)}]");
    }

    private static GgufType TypeOf(GgufType wanted, TensorPlan plan, SafetensorsTensor source) =>
        wanted != GgufType.Q8_0 || plan.Columns % 32 == 0 ? wanted : source.Type switch
        {
            SafetensorsType.F32 => GgufType.F32,
            SafetensorsType.F16 => GgufType.F16,
            _ => GgufType.BF16,
        };

    private static void WriteDivisors(float[] divisors, Span<byte> destination)
    {
        for (int i = 0; i < divisors.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(destination[(i * sizeof(float))..], divisors[i]);
    }

    /// <summary>ggml's numbers of what most tensors are.</summary>
    private static uint FileType(GgufType type) => type switch
    {
        GgufType.F32 => 0,
        GgufType.F16 => 1,
        GgufType.Q8_0 => 7,
        _ => 32,
    };
}

using System.Buffers;
using System.Buffers.Binary;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Models.Synthesis;

/// <summary>
/// A GGUF file of a given shape with seeded random weights: matrices and biases N(0, 0.02), norms N(1, 0.02), to measure speed with and to
/// test other shapes than those of the models at hand. The same arguments give the same bytes everywhere.
/// </summary>
public sealed class SyntheticModelFile
{
    private const float Deviation = 0.02f;
    private const int Llama3OriginalContext = 8192;
    private readonly GgufWriter _writer = new();
    private readonly SyntheticShape _shape;
    private readonly ulong _seed;
    private readonly Dictionary<string, ulong> _keys = [];

    /// <summary>Plans the file.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">The type of matrices; one of <see cref="Types"/>. Where the rows of a matrix are no whole number of blocks it becomes Q8_0, or F16 where they are no multiple of 32.</param>
    /// <param name="seed">What the weights are drawn from.</param>
    /// <exception cref="ArgumentException">The type is none of <see cref="Types"/>.</exception>
    public SyntheticModelFile(SyntheticShape shape, GgufType type, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!Types.Contains(type))
            throw new ArgumentException($"{type} cannot be written.", nameof(type));
        (_shape, MatrixType, _seed) = (shape, type, seed);
        AddConfiguration();
        SyntheticVocabulary.AddTo(_writer, shape.Vocabulary);
        AddTensors();
    }

    /// <summary>The types that matrices can have.</summary>
    public static IReadOnlyList<GgufType> Types => WeightEncoder.Types;

    /// <summary>The type asked for.</summary>
    public GgufType MatrixType { get; }

    /// <summary>The tensors that the file will have.</summary>
    public IReadOnlyList<GgufTensor> Tensors => _writer.Tensors;

    /// <summary>Bytes of all tensors.</summary>
    public long DataBytes => _writer.DataBytes;

    /// <summary>Elements of all tensors.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Rows * tensor.Columns);

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">As <see cref="GgufWriter.Write"/>.</exception>
    public void Write(string path, GgufWriteOptions options, CancellationToken cancellationToken) =>
        _writer.Write(path, FillRows, options, cancellationToken);

    private void AddConfiguration()
    {
        string architecture = _shape.Architecture;
        _writer.Add("general.architecture", architecture);
        _writer.Add("general.name", $"synthetic {_shape.Name}, seed {_seed}");
        _writer.Add("general.quantization_version", 2u);
        _writer.Add("general.file_type", FileType(MatrixType));
        _writer.Add($"{architecture}.vocab_size", (uint)_shape.Vocabulary);
        _writer.Add($"{architecture}.context_length", (uint)_shape.Context);
        _writer.Add($"{architecture}.embedding_length", (uint)_shape.Embedding);
        _writer.Add($"{architecture}.block_count", (uint)_shape.Layers);
        _writer.Add($"{architecture}.feed_forward_length", (uint)_shape.FeedForward);
        _writer.Add($"{architecture}.attention.head_count", (uint)_shape.Heads);
        _writer.Add($"{architecture}.attention.head_count_kv", (uint)_shape.KvHeads);
        _writer.Add($"{architecture}.attention.key_length", (uint)_shape.HeadLength);
        _writer.Add($"{architecture}.attention.value_length", (uint)_shape.HeadLength);
        _writer.Add($"{architecture}.attention.layer_norm_rms_epsilon", _shape.Epsilon);
        _writer.Add($"{architecture}.rope.dimension_count", (uint)_shape.HeadLength);
        _writer.Add($"{architecture}.rope.freq_base", _shape.RopeBase);
    }

    /// <summary>ggml's numbers of what most tensors are.</summary>
    private static uint FileType(GgufType type) => type switch
    {
        GgufType.F32 => 0,
        GgufType.F16 => 1,
        GgufType.Q4_0 => 2,
        GgufType.Q8_0 => 7,
        GgufType.Q4_K => 14,
        GgufType.Q5_K => 16,
        GgufType.Q6_K => 18,
        _ => 32,
    };

    private void AddTensors()
    {
        (int query, int kv) = (_shape.Heads * _shape.HeadLength, _shape.KvHeads * _shape.HeadLength);
        AddMatrix("token_embd.weight", _shape.Vocabulary, _shape.Embedding);
        AddVector("output_norm.weight", _shape.Embedding);
        if (!_shape.Tied)
            AddMatrix("output.weight", _shape.Vocabulary, _shape.Embedding);
        if (_shape.Llama3Factor != 0f)
            AddVector(RopeDivisors.TensorName, _shape.HeadLength / 2);
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            string prefix = $"blk.{layer}.";
            AddVector(prefix + "attn_norm.weight", _shape.Embedding);
            AddMatrix(prefix + "attn_q.weight", query, _shape.Embedding);
            AddMatrix(prefix + "attn_k.weight", kv, _shape.Embedding);
            AddMatrix(prefix + "attn_v.weight", kv, _shape.Embedding);
            AddExtras(prefix, query, kv);
            AddMatrix(prefix + "attn_output.weight", _shape.Embedding, query);
            AddVector(prefix + "ffn_norm.weight", _shape.Embedding);
            AddMatrix(prefix + "ffn_gate.weight", _shape.FeedForward, _shape.Embedding);
            AddMatrix(prefix + "ffn_up.weight", _shape.FeedForward, _shape.Embedding);
            AddMatrix(prefix + "ffn_down.weight", _shape.Embedding, _shape.FeedForward);
        }
    }

    private void AddExtras(string prefix, int query, int kv)
    {
        if (_shape.Architecture == "qwen2")
        {
            AddVector(prefix + "attn_q.bias", query);
            AddVector(prefix + "attn_k.bias", kv);
            AddVector(prefix + "attn_v.bias", kv);
        }
        if (_shape.Architecture == "qwen3")
        {
            AddVector(prefix + "attn_q_norm.weight", _shape.HeadLength);
            AddVector(prefix + "attn_k_norm.weight", _shape.HeadLength);
        }
    }

    private void AddVector(string name, int length) => Add(name, GgufType.F32, length, null);

    private void AddMatrix(string name, int rows, int columns)
    {
        GgufTypes.TryGetBlock(MatrixType, out int block, out _);
        GgufType type = columns % block == 0 ? MatrixType : columns % 32 == 0 ? GgufType.Q8_0 : GgufType.F16;
        Add(name, type, columns, rows);
    }

    private void Add(string name, GgufType type, int columns, int? rows)
    {
        _writer.AddTensor(name, type, columns, rows);
        _keys.Add(name, WeightNoise.Key(_seed, name));
    }

    private void FillRows(GgufTensor tensor, long firstRow, Span<byte> destination)
    {
        if (tensor.Name == RopeDivisors.TensorName)
        {
            FillDivisors(destination);
            return;
        }
        float mean = tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1f : 0f;
        int columns = (int)tensor.Columns;
        int rowBytes = (int)tensor.RowBytes;
        float[] buffer = ArrayPool<float>.Shared.Rent(columns);
        Span<float> row = buffer.AsSpan(0, columns);
        for (int i = 0; i < destination.Length / rowBytes; i++)
        {
            WeightNoise.FillRow(_keys[tensor.Name], firstRow + i, mean, Deviation, row);
            WeightEncoder.Encode(tensor.Type, row, destination.Slice(i * rowBytes, rowBytes));
        }
        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>Llama 3's rule: long waves are stretched by the factor, short ones stay, between a quarter and all of the original context it is blended.</summary>
    private void FillDivisors(Span<byte> destination)
    {
        for (int pair = 0; pair < _shape.HeadLength / 2; pair++)
        {
            double wave = 2 * Math.PI * Math.Pow(_shape.RopeBase, 2.0 * pair / _shape.HeadLength);
            double share = Math.Clamp((Llama3OriginalContext / wave - 1) / 3, 0, 1);
            BinaryPrimitives.WriteSingleLittleEndian(destination[(pair * 4)..], (float)(1 / ((1 - share) / _shape.Llama3Factor + share)));
        }
    }
}

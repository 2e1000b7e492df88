using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Support;

/// <summary>
/// A seeded model of any small shape, with a SentencePiece vocabulary of the three control tokens, 256 bytes and
/// words. The same seed and shape give the same file everywhere: the generator is integer arithmetic of its own.
/// </summary>
internal sealed record SyntheticModel
{
    public ulong Seed { get; init; } = 1;
    public string Architecture { get; init; } = "llama";
    public int Vocabulary { get; init; } = 320;
    public int Embedding { get; init; } = 64;
    public int FeedForward { get; init; } = 96;
    public int Layers { get; init; } = 2;
    public int Heads { get; init; } = 4;
    public int KvHeads { get; init; } = 2;
    public int? KeyLength { get; init; }
    public int? RopeDimensions { get; init; }
    public int Context { get; init; } = 64;
    public float Epsilon { get; init; } = 1e-5f;
    public float RopeBase { get; init; } = 10_000f;
    public GgufType MatrixType { get; init; } = GgufType.Q8_0;
    public GgufType NormType { get; init; } = GgufType.F32;
    public bool TiedOutput { get; init; }
    public float[]? RopeDivisors { get; init; }
    public string? ChatTemplate { get; init; }

    /// <summary>A matrix that claims another type; <see cref="Alter"/> gives its bytes.</summary>
    public (string Name, GgufType Type)? Altered { get; init; }

    public Func<string, byte[], byte[]> Alter { get; init; } = static (_, data) => data;

    public int HeadDimension => KeyLength ?? Embedding / Heads;

    /// <summary>The model as a file's bytes.</summary>
    public byte[] Build() => ToBuilder().Build();

    /// <summary>The model imported from memory.</summary>
    public CanonicalModel Import() => CanonicalModel.Import(GgufFile.Parse(Build()));

    /// <summary>The model as a builder to which a test may add.</summary>
    public GgufBuilder ToBuilder()
    {
        GgufBuilder builder = new();
        AddConfiguration(builder);
        SyntheticVocabulary.AddTo(builder, Vocabulary);
        if (ChatTemplate is not null)
            builder.With("tokenizer.chat_template", ChatTemplate);
        AddTensors(builder);
        return builder;
    }

    private void AddConfiguration(GgufBuilder builder)
    {
        string a = Architecture;
        builder.With("general.architecture", a).With("general.name", $"synthetic {Seed}")
            .With($"{a}.context_length", (uint)Context).With($"{a}.embedding_length", (uint)Embedding)
            .With($"{a}.block_count", (uint)Layers).With($"{a}.feed_forward_length", (uint)FeedForward)
            .With($"{a}.attention.head_count", (uint)Heads).With($"{a}.attention.head_count_kv", (uint)KvHeads)
            .With($"{a}.attention.layer_norm_rms_epsilon", Epsilon).With($"{a}.rope.freq_base", RopeBase);
        if (KeyLength is int length)
            builder.With($"{a}.attention.key_length", (uint)length).With($"{a}.attention.value_length", (uint)length);
        if (RopeDimensions is int dimensions)
            builder.With($"{a}.rope.dimension_count", (uint)dimensions);
    }

    private void AddTensors(GgufBuilder builder)
    {
        AddMatrix(builder, "token_embd.weight", Vocabulary, Embedding);
        AddNorm(builder, "output_norm.weight");
        if (!TiedOutput)
            AddMatrix(builder, "output.weight", Vocabulary, Embedding);
        if (RopeDivisors is not null)
            builder.Tensor("rope_freqs.weight", 0, [(ulong)RopeDivisors.Length], Encode(RopeDivisors, RopeDivisors.Length, GgufType.F32));
        for (int layer = 0; layer < Layers; layer++)
        {
            AddNorm(builder, $"blk.{layer}.attn_norm.weight");
            AddMatrix(builder, $"blk.{layer}.attn_q.weight", Heads * HeadDimension, Embedding);
            AddMatrix(builder, $"blk.{layer}.attn_k.weight", KvHeads * HeadDimension, Embedding);
            AddMatrix(builder, $"blk.{layer}.attn_v.weight", KvHeads * HeadDimension, Embedding);
            AddMatrix(builder, $"blk.{layer}.attn_output.weight", Embedding, Heads * HeadDimension);
            AddNorm(builder, $"blk.{layer}.ffn_norm.weight");
            AddMatrix(builder, $"blk.{layer}.ffn_gate.weight", FeedForward, Embedding);
            AddMatrix(builder, $"blk.{layer}.ffn_up.weight", FeedForward, Embedding);
            AddMatrix(builder, $"blk.{layer}.ffn_down.weight", Embedding, FeedForward);
            AddExtras(builder, layer);
        }
    }

    private void AddExtras(GgufBuilder builder, int layer)
    {
        if (Architecture == "qwen2")
        {
            AddVector(builder, $"blk.{layer}.attn_q.bias", Heads * HeadDimension, 0f);
            AddVector(builder, $"blk.{layer}.attn_k.bias", KvHeads * HeadDimension, 0f);
            AddVector(builder, $"blk.{layer}.attn_v.bias", KvHeads * HeadDimension, 0f);
        }
        if (Architecture == "qwen3")
        {
            AddVector(builder, $"blk.{layer}.attn_q_norm.weight", HeadDimension, 1f);
            AddVector(builder, $"blk.{layer}.attn_k_norm.weight", HeadDimension, 1f);
        }
    }

    /// <summary>Matrices whose rows are no multiple of 32 are kept in F16, as converters do.</summary>
    private void AddMatrix(GgufBuilder builder, string name, int rows, int columns)
    {
        GgufType type = MatrixType == GgufType.Q8_0 && columns % 32 != 0 ? GgufType.F16 : MatrixType;
        SeededNoise noise = new(Seed, name);
        float[] values = noise.Fill(rows * columns, 1.7f / MathF.Sqrt(columns));
        GgufType claimed = Altered is { } altered && altered.Name == name ? altered.Type : type;
        builder.Tensor(name, (uint)claimed, [(ulong)columns, (ulong)rows], Alter(name, Encode(values, columns, type)));
    }

    private void AddNorm(GgufBuilder builder, string name) => AddVector(builder, name, Embedding, 1f);

    private void AddVector(GgufBuilder builder, string name, int length, float mean)
    {
        float[] values = new SeededNoise(Seed, name).Fill(length, 0.25f);
        for (int i = 0; i < values.Length; i++)
            values[i] += mean;
        builder.Tensor(name, (uint)NormType, [(ulong)length], Alter(name, Encode(values, length, NormType)));
    }

    internal static byte[] Encode(float[] values, int columns, GgufType type)
    {
        if (type == GgufType.Q8_0)
            return EncodeBlocks(values, columns);
        byte[] bytes = new byte[values.Length * (type == GgufType.F32 ? 4 : 2)];
        for (int i = 0; i < values.Length; i++)
        {
            if (type == GgufType.F32)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
            else if (type == GgufType.F16)
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), (Half)values[i]);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
        }
        return bytes;
    }

    private static byte[] EncodeBlocks(float[] values, int columns)
    {
        byte[] bytes = new byte[values.Length / 32 * 34];
        for (int row = 0; row < values.Length / columns; row++)
        {
            int rowBytes = columns / 32 * 34;
            if (!ImportQuantizer.TryQuantizeRow(values.AsSpan(row * columns, columns), bytes.AsSpan(row * rowBytes, rowBytes)))
                throw new InvalidOperationException("The generator made a weight that Q8_0 cannot hold.");
        }
        return bytes;
    }
}

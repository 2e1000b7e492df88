using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models;

/// <summary>Reads and checks the configuration of a file; refusals name the key.</summary>
internal sealed class ModelConfigReader(GgufFile file)
{
    private const long MaxTableEntries = 1 << 26;
    private readonly GgufMetadata _metadata = file.Metadata;
    private ModelArchitecture _architecture;

    /// <exception cref="ModelException">The model is none that version 1 runs.</exception>
    /// <exception cref="GgufException">A key is missing or of the wrong type.</exception>
    public ModelConfig Read()
    {
        ReadArchitecture();
        CheckFeatures();
        int embedding = Length("embedding_length", 1 << 17);
        int heads = Length("attention.head_count", 1 << 12);
        int headDimension = Length("attention.key_length", 1 << 12, missing: embedding / heads);
        (RopeScalingKind scaling, uint factorBits) = ReadScaling();
        ModelConfig config = new()
        {
            Architecture = _architecture,
            Name = _metadata.FindString("general.name") ?? "unnamed",
            VocabularySize = ReadVocabularySize(),
            EmbeddingLength = embedding,
            FeedForwardLength = Length("feed_forward_length", 1 << 20),
            LayerCount = Length("block_count", 1 << 12),
            HeadCount = heads,
            KvHeadCount = Length("attention.head_count_kv", 1 << 12, missing: heads),
            HeadDimension = headDimension,
            RopeDimensions = Length("rope.dimension_count", 1 << 12, missing: headDimension),
            ContextLength = Length("context_length", 1 << 24),
            RmsEpsilonBits = ReadEpsilon(),
            RopeBaseBits = ReadRopeBase(),
            RopeScaling = scaling,
            RopeScalingFactorBits = factorBits,
            RopePairing = _architecture.Pairing(),
            TiedOutput = file.FindTensor(TensorRole.Output.GgufName()) is null,
        };
        CheckHeads(config, embedding);
        return config;
    }

    private string Key(string name) => $"{_architecture.GgufName()}.{name}";

    private void ReadArchitecture()
    {
        string name = _metadata.GetString("general.architecture");
        _architecture = ModelArchitectures.Find(name) ?? throw new ModelException(
            $"Architecture {name} is not supported; version 1 runs {string.Join(", ", ModelArchitectures.All.Select(static known => known.GgufName()))}.");
    }

    private void CheckFeatures()
    {
        if (_metadata.GetUInt32("split.count", 1) > 1)
            throw new ModelException("The model is split over several files (split.count); join them first.");
        if (_metadata.GetUInt32(Key("expert_count"), 0) > 0)
            throw new ModelException($"Mixture of experts ({Key("expert_count")}) is not supported.");
        if (_metadata.GetUInt32(Key("attention.sliding_window"), 0) > 0)
            throw new ModelException($"Sliding-window attention ({Key("attention.sliding_window")}) is not supported.");
        if (_metadata.GetUInt32(Key("pooling_type"), 0) > 0)
            throw new ModelException($"{Key("pooling_type")} says that this is an embedding model; version 1 generates text only.");
        if (!_metadata.GetBool(Key("attention.causal"), true))
            throw new ModelException($"{Key("attention.causal")} false is not supported.");
        foreach (string name in (ReadOnlySpan<string>)["attn_logit_softcapping", "final_logit_softcapping", "logit_scale",
            "residual_scale", "embedding_scale", "attention.scale", "attention.clamp_kqv", "attention.max_alibi_bias",
            "attention.temperature_scale", "rope.scaling.attn_factor", "rope.dimension_sections", "rope.freq_base_swa"])
        {
            if (_metadata.Contains(Key(name)))
                throw new ModelException($"{Key(name)} is not supported.");
        }
    }

    private int Length(string name, uint most, int? missing = null)
    {
        uint value = missing is int preset ? _metadata.GetUInt32(Key(name), (uint)preset) : _metadata.GetUInt32(Key(name));
        return value >= 1 && value <= most
            ? (int)value
            : throw new ModelException($"{Key(name)} is {value}, version 1 accepts 1 to {most}.");
    }

    private int ReadVocabularySize()
    {
        GgufStrings tokens = _metadata.FindStrings("tokenizer.ggml.tokens")
            ?? throw new ModelException("The file has no tokenizer (tokenizer.ggml.tokens is missing).");
        uint stated = _metadata.GetUInt32(Key("vocab_size"), (uint)tokens.Count);
        return tokens.Count > 0 && stated == (uint)tokens.Count
            ? tokens.Count
            : throw new ModelException($"{Key("vocab_size")} is {stated}, but the tokenizer has {tokens.Count} tokens.");
    }

    private uint ReadEpsilon()
    {
        float epsilon = _metadata.GetFloat(Key("attention.layer_norm_rms_epsilon"));
        return epsilon is >= 0f and < 1f
            ? BitConverter.SingleToUInt32Bits(epsilon)
            : throw new ModelException($"{Key("attention.layer_norm_rms_epsilon")} is {epsilon}, it must be in [0, 1).");
    }

    private uint ReadRopeBase()
    {
        float value = _metadata.FindFloat(Key("rope.freq_base")) ?? 10_000f;
        return RopeTable.IsSupportedBase(value)
            ? BitConverter.SingleToUInt32Bits(value)
            : throw new ModelException($"{Key("rope.freq_base")} is {value}, it must be in [1, 2^64].");
    }

    private (RopeScalingKind Kind, uint FactorBits) ReadScaling()
    {
        const uint One = 0x3F800000;
        string kind = _metadata.FindString(Key("rope.scaling.type")) ?? (HasLegacyFactor() ? "linear" : "none");
        bool divisors = file.FindTensor(RopeDivisors.TensorName) is not null;
        switch (kind)
        {
            case "llama3" when !divisors:
                throw new ModelException($"{Key("rope.scaling.type")} is llama3, but the file has no {RopeDivisors.TensorName}.");
            case "none" or "llama3":
                return (divisors ? RopeScalingKind.Llama3 : RopeScalingKind.None, One);
            case "linear" when !divisors:
                float factor = _metadata.FindFloat(Key("rope.scaling.factor")) ?? _metadata.GetFloat(Key("rope.scale_linear"));
                return (RopeScalingKind.Linear, BitConverter.SingleToUInt32Bits(factor));
            default:
                throw new ModelException(
                    $"{Key("rope.scaling.type")} {kind}{(divisors ? $" with {RopeDivisors.TensorName}" : "")} is not supported; "
                    + "version 1 knows none, linear and llama3.");
        }
    }

    private bool HasLegacyFactor() => _metadata.Contains(Key("rope.scale_linear"));

    private void CheckHeads(ModelConfig config, int embedding)
    {
        if (!_metadata.Contains(Key("attention.key_length")) && embedding % config.HeadCount != 0)
            throw new ModelException($"{config.HeadCount} heads do not divide the embedding length {embedding}.");
        if (config.HeadCount % config.KvHeadCount != 0)
            throw new ModelException($"{config.KvHeadCount} key-value heads do not divide {config.HeadCount} heads.");
        uint valueLength = _metadata.GetUInt32(Key("attention.value_length"), (uint)config.HeadDimension);
        if (valueLength != (uint)config.HeadDimension)
            throw new ModelException($"Keys have {config.HeadDimension} elements and values {valueLength}; they must be equal.");
        if (config.RopeDimensions > config.HeadDimension || config.RopeDimensions % 2 != 0)
            throw new ModelException(
                $"{Key("rope.dimension_count")} is {config.RopeDimensions}; it must be even and at most {config.HeadDimension}.");
        if ((long)config.ContextLength * config.RopeDimensions / 2 > MaxTableEntries)
            throw new ModelException(
                $"{Key("context_length")} {config.ContextLength} with {config.RopeDimensions} rotated dimensions needs more than "
                + $"{MaxTableEntries} table entries.");
    }
}

namespace TeeTee.Inference.Models;

/// <summary>The fixed tables over <see cref="TensorRole"/>: identifiers, GGUF names, canonical types and shapes.</summary>
public static class TensorRoles
{
    /// <summary>True for a tensor that each layer has its own of.</summary>
    public static bool IsPerLayer(this TensorRole role) => role >= TensorRole.AttentionNorm;

    /// <summary>True for the two tables that the import computes instead of reading.</summary>
    public static bool IsRopeTable(this TensorRole role) => role is TensorRole.RopeCosines or TensorRole.RopeSines;

    /// <summary>True for a vector that is added to a product.</summary>
    public static bool IsBias(this TensorRole role) =>
        role is TensorRole.AttentionQueryBias or TensorRole.AttentionKeyBias or TensorRole.AttentionValueBias;

    /// <summary>Q8_0 for matrices, F32 for norms, biases and tables (ruling 20).</summary>
    public static CanonicalType CanonicalType(this TensorRole role) => role switch
    {
        TensorRole.OutputNorm or TensorRole.AttentionNorm or TensorRole.FeedForwardNorm => Models.CanonicalType.F32,
        TensorRole.RopeCosines or TensorRole.RopeSines => Models.CanonicalType.F32,
        >= TensorRole.AttentionQueryBias => Models.CanonicalType.F32,
        _ => Models.CanonicalType.Q8_0,
    };

    /// <summary>The identifier under which proofs name the tensor: role, plus 64 * (layer + 1) inside a layer.</summary>
    /// <exception cref="ArgumentException">A layer for a global role, or none for one inside a layer.</exception>
    public static uint TensorId(this TensorRole role, int layer = -1)
    {
        CheckLayer(role, layer);
        return role.IsPerLayer() ? checked(((uint)layer + 1) * 64 + (uint)role) : (uint)role;
    }

    /// <summary>The tensor's name in a GGUF file.</summary>
    /// <exception cref="ArgumentException">The role is a computed table, or does not fit the layer.</exception>
    public static string GgufName(this TensorRole role, int layer = -1)
    {
        CheckLayer(role, layer);
        string name = role switch
        {
            TensorRole.TokenEmbedding => "token_embd",
            TensorRole.OutputNorm => "output_norm",
            TensorRole.Output => "output",
            TensorRole.AttentionNorm => "attn_norm",
            TensorRole.AttentionQuery => "attn_q",
            TensorRole.AttentionKey => "attn_k",
            TensorRole.AttentionValue => "attn_v",
            TensorRole.AttentionOutput => "attn_output",
            TensorRole.FeedForwardNorm => "ffn_norm",
            TensorRole.FeedForwardGate => "ffn_gate",
            TensorRole.FeedForwardUp => "ffn_up",
            TensorRole.FeedForwardDown => "ffn_down",
            TensorRole.AttentionQueryBias => "attn_q",
            TensorRole.AttentionKeyBias => "attn_k",
            TensorRole.AttentionValueBias => "attn_v",
            TensorRole.AttentionQueryNorm => "attn_q_norm",
            TensorRole.AttentionKeyNorm => "attn_k_norm",
            _ => throw new ArgumentException($"{role} has no tensor in the file.", nameof(role)),
        };
        return role.IsPerLayer() ? $"blk.{layer}.{name}.{(role.IsBias() ? "bias" : "weight")}" : $"{name}.weight";
    }

    /// <summary>Rows and columns (without padding) of the tensor in a model of this configuration.</summary>
    public static (int Rows, int Columns) Shape(this TensorRole role, ModelConfig config) => role switch
    {
        TensorRole.TokenEmbedding or TensorRole.Output => (config.VocabularySize, config.EmbeddingLength),
        TensorRole.OutputNorm or TensorRole.AttentionNorm or TensorRole.FeedForwardNorm => (1, config.EmbeddingLength),
        TensorRole.RopeCosines or TensorRole.RopeSines => (config.ContextLength, config.RopeDimensions / 2),
        TensorRole.AttentionQuery => (config.QueryLength, config.EmbeddingLength),
        TensorRole.AttentionKey or TensorRole.AttentionValue => (config.KvLength, config.EmbeddingLength),
        TensorRole.AttentionOutput => (config.EmbeddingLength, config.QueryLength),
        TensorRole.FeedForwardGate or TensorRole.FeedForwardUp => (config.FeedForwardLength, config.EmbeddingLength),
        TensorRole.FeedForwardDown => (config.EmbeddingLength, config.FeedForwardLength),
        TensorRole.AttentionQueryBias => (1, config.QueryLength),
        TensorRole.AttentionKeyBias or TensorRole.AttentionValueBias => (1, config.KvLength),
        TensorRole.AttentionQueryNorm or TensorRole.AttentionKeyNorm => (1, config.HeadDimension),
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Unknown role."),
    };

    private static void CheckLayer(TensorRole role, int layer)
    {
        if (!Enum.IsDefined(role))
            throw new ArgumentOutOfRangeException(nameof(role), role, "Unknown role.");
        if (role.IsPerLayer() ? layer is < 0 or > 1_000_000 : layer != -1)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"{role} does not exist for layer {layer}.");
    }
}

namespace TeeTee.Inference.Models;

/// <summary>What a tensor is for. The numbers are those of docs/protocol.md, section 3, and enter every weight leaf.</summary>
public enum TensorRole
{
    /// <summary>[vocabulary x embedding], one row per token.</summary>
    TokenEmbedding = 1,

    /// <summary>Weights of the last RMSNorm, [1 x embedding].</summary>
    OutputNorm = 2,

    /// <summary>[vocabulary x embedding]; absent when tied to <see cref="TokenEmbedding"/>.</summary>
    Output = 3,

    /// <summary>Cosines of the rotary embedding, [positions x pairs].</summary>
    RopeCosines = 4,

    /// <summary>Sines of the rotary embedding, [positions x pairs].</summary>
    RopeSines = 5,

    /// <summary>Weights of the RMSNorm before attention, [1 x embedding].</summary>
    AttentionNorm = 11,

    /// <summary>[heads * headDimension x embedding].</summary>
    AttentionQuery = 12,

    /// <summary>[kvHeads * headDimension x embedding].</summary>
    AttentionKey = 13,

    /// <summary>[kvHeads * headDimension x embedding].</summary>
    AttentionValue = 14,

    /// <summary>[embedding x heads * headDimension].</summary>
    AttentionOutput = 15,

    /// <summary>Weights of the RMSNorm before the feed-forward block, [1 x embedding].</summary>
    FeedForwardNorm = 16,

    /// <summary>[feedForward x embedding].</summary>
    FeedForwardGate = 17,

    /// <summary>[feedForward x embedding].</summary>
    FeedForwardUp = 18,

    /// <summary>[embedding x feedForward].</summary>
    FeedForwardDown = 19,

    /// <summary>Added to the query, [1 x heads * headDimension].</summary>
    AttentionQueryBias = 20,

    /// <summary>Added to the key, [1 x kvHeads * headDimension].</summary>
    AttentionKeyBias = 21,

    /// <summary>Added to the value, [1 x kvHeads * headDimension].</summary>
    AttentionValueBias = 22,

    /// <summary>Weights of the RMSNorm of each query head, [1 x headDimension].</summary>
    AttentionQueryNorm = 23,

    /// <summary>Weights of the RMSNorm of each key head, [1 x headDimension].</summary>
    AttentionKeyNorm = 24,
}

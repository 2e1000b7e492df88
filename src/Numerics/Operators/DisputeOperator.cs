namespace TeeTee.Numerics.Operators;

/// <summary>
/// The operators of one position in one shard, in canonical order (docs/protocol.md, section 12). The numbers are those of
/// contracts/src/types/DisputeTypes.sol and part of the protocol: they enter salts and every claim.
/// </summary>
public enum DisputeOperator
{
    /// <summary>No operator.</summary>
    None,

    /// <summary>The vector that enters a shard which does not hold layer 0: given, not computed.</summary>
    Input,

    /// <summary>The embedding of token(p), where the shard holds layer 0.</summary>
    Embedding,

    /// <summary>Lanes and r of the norm before attention.</summary>
    AttentionNorm,

    /// <summary>The normed vector, quantised.</summary>
    QuantizedAttentionInput,

    /// <summary>The query projection.</summary>
    Query,

    /// <summary>The key projection.</summary>
    Key,

    /// <summary>The value projection.</summary>
    Value,

    /// <summary>The query after rotation.</summary>
    RotatedQuery,

    /// <summary>The key of one kv head as stored: rotated, binary16.</summary>
    KeyRow,

    /// <summary>The value of one kv head as stored: binary16.</summary>
    ValueRow,

    /// <summary>One query head over all positions up to p.</summary>
    AttentionHead,

    /// <summary>The heads' output rows, quantised.</summary>
    QuantizedHeads,

    /// <summary>The output projection of attention.</summary>
    AttentionOutput,

    /// <summary>The hidden state after attention.</summary>
    AttentionResidual,

    /// <summary>Lanes and r of the norm before the feed-forward block.</summary>
    FeedForwardNorm,

    /// <summary>The normed vector, quantised.</summary>
    QuantizedFeedForwardInput,

    /// <summary>The gate projection.</summary>
    Gate,

    /// <summary>The up projection.</summary>
    Up,

    /// <summary>silu(gate) * up, quantised.</summary>
    QuantizedGated,

    /// <summary>The down projection.</summary>
    Down,

    /// <summary>The hidden state after the layer.</summary>
    FeedForwardResidual,

    /// <summary>Lanes and r of the norm before the head.</summary>
    OutputNorm,

    /// <summary>The normed vector, quantised.</summary>
    QuantizedOutputInput,

    /// <summary>The logits.</summary>
    Logits,

    /// <summary>The best score of each segment of logits, and whose it is.</summary>
    Pick,
}

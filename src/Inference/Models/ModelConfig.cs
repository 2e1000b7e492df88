namespace TeeTee.Inference.Models;

/// <summary>The shape and constants of a model, checked against each other. All lengths are element counts.</summary>
public sealed record ModelConfig
{
    /// <summary>Which computation the weights are for.</summary>
    public required ModelArchitecture Architecture { get; init; }

    /// <summary>The file's own name for the model; not part of the identity.</summary>
    public required string Name { get; init; }

    /// <summary>Number of tokens, which is the number of embedding rows and of logits.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Width of the gated feed-forward block.</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Number of layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads; a multiple of <see cref="KvHeadCount"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KvHeadCount { get; init; }

    /// <summary>Elements of one head (query, key and value alike).</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Leading elements of a head that are rotated; even.</summary>
    public required int RopeDimensions { get; init; }

    /// <summary>Positions that the model was made for, and rows of the rotary tables.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Binary32 bits of the RMSNorm epsilon, as in the file.</summary>
    public required uint RmsEpsilonBits { get; init; }

    /// <summary>Binary32 bits of the rotary base; bound through the tables.</summary>
    public required uint RopeBaseBits { get; init; }

    /// <summary>How rotary angles are scaled; bound through the tables.</summary>
    public RopeScalingKind RopeScaling { get; init; }

    /// <summary>Binary32 bits of the divisor of <see cref="RopeScalingKind.Linear"/>; 1 otherwise.</summary>
    public uint RopeScalingFactorBits { get; init; } = 0x3F800000;

    /// <summary>Which elements are rotated together.</summary>
    public required RopePairing RopePairing { get; init; }

    /// <summary>True where the output matrix is the token embedding.</summary>
    public required bool TiedOutput { get; init; }

    /// <summary>Binary32 bits of 1 / sqrt(head dimension), two roundings (ruling 12).</summary>
    public uint AttentionScaleBits => BitConverter.SingleToUInt32Bits(1f / MathF.Sqrt(HeadDimension));

    /// <summary>The RMSNorm epsilon.</summary>
    public float RmsEpsilon => BitConverter.UInt32BitsToSingle(RmsEpsilonBits);

    /// <summary>The factor on attention scores.</summary>
    public float AttentionScale => BitConverter.UInt32BitsToSingle(AttentionScaleBits);

    /// <summary>Elements of all query heads together.</summary>
    public int QueryLength => HeadCount * HeadDimension;

    /// <summary>Elements of all key (or value) heads together.</summary>
    public int KvLength => KvHeadCount * HeadDimension;

    /// <summary>Query heads that share one key and value head.</summary>
    public int HeadsPerKvHead => HeadCount / KvHeadCount;

    /// <summary>All layers.</summary>
    public LayerRange AllLayers => new(0, LayerCount);
}

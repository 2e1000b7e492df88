namespace TeeTee.RollupContracts;

/// <summary>The struct behind a model's configHash (protocol section 3).</summary>
public sealed record ModelConfig(
    uint Architecture, uint VocabularySize, uint EmbeddingLength, uint FeedForwardLength, uint LayerCount, uint HeadCount,
    uint KvHeadCount, uint HeadDimension, uint RopeDimensions, uint ContextLength, uint RmsEpsilonBits, uint AttentionScaleBits,
    uint RopePairing, bool TiedOutput)
{
    internal object[] ToTuple() =>
    [
        Architecture, VocabularySize, EmbeddingLength, FeedForwardLength, LayerCount, HeadCount, KvHeadCount, HeadDimension,
        RopeDimensions, ContextLength, RmsEpsilonBits, AttentionScaleBits, RopePairing, TiedOutput,
    ];
}

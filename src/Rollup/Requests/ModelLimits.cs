using TeeTee.Primitives;

namespace TeeTee.Rollup.Requests;

/// <summary>What a model allows.</summary>
/// <param name="ModelId">Protocol section 3.</param>
/// <param name="LayerCount">Layers over which a pipeline is contiguous.</param>
/// <param name="ContextLength">Most tokens of prompt and answer together.</param>
/// <param name="VocabularySize">Every token id is below it.</param>
public sealed record ModelLimits(Bytes32 ModelId, uint LayerCount, uint ContextLength, uint VocabularySize);

using TeeTee.Primitives;
using TeeTee.Rollup.Requests;

namespace TeeTee.RollupContracts;

/// <summary>A model as the registry lists it.</summary>
public sealed record ListedModel(
    Bytes32 ModelId, uint LayerCount, uint ContextLength, uint ArithmeticVersion, bool IsSuspended,
    Bytes32 ConfigHash, Bytes32 WeightsRoot, Bytes32 TokenizerHash)
{
    /// <summary>What the rules of requests need; the vocabulary size is only in the config behind <see cref="ConfigHash"/>.</summary>
    public ModelLimits ToLimits(uint vocabularySize) => new(ModelId, LayerCount, ContextLength, vocabularySize);
}

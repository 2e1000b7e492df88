using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Batching;

/// <summary>The weights of a model on offer, to be shown page by page when somebody demands them.</summary>
/// <param name="Config">Its configuration as the contract knows it.</param>
/// <param name="Pages">Opens pages; made when the first one is demanded, because it reads and hashes the whole model.</param>
public sealed record OfferedWeights(ModelConfig Config, Lazy<IWeightPages> Pages);

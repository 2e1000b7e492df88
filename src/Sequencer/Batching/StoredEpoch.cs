using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Poea;

namespace TeeTee.Sequencer.Batching;

/// <summary>A verified epoch.</summary>
/// <param name="TeeType">"tdx" or "simulated".</param>
internal sealed record StoredEpoch(QuoteItem Quote, ExecutionTree Tree, string TeeType);

using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Poea;

namespace TeeTee.Sequencer.Batching;

/// <summary>A verified epoch.</summary>
/// <param name="TeeType">"tdx" or "simulated".</param>
/// <param name="CollateralHash">The collateral that its quote was accepted by; null of epochs that an older program stored.</param>
/// <param name="VerifiedAt">When, in Unix seconds; null likewise.</param>
internal sealed record StoredEpoch(QuoteItem Quote, ExecutionTree Tree, string TeeType, Bytes32? CollateralHash = null, ulong? VerifiedAt = null);

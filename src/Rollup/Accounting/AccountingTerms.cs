using TeeTee.Primitives;

namespace TeeTee.Rollup.Accounting;

/// <summary>The terms by which a fee is split.</summary>
/// <param name="Sequencer">Who posts the batch.</param>
/// <param name="SequencerShareBps">Its share in parts of 10,000, at most all.</param>
/// <param name="LayerCount">Layers of the model.</param>
public sealed record AccountingTerms(Address Sequencer, uint SequencerShareBps, uint LayerCount);

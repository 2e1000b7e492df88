using TeeTee.Ethereum;

namespace TeeTee.Sequencer.Posting;

/// <summary>A stored transaction.</summary>
internal sealed record OutboxRow(string Purpose, SignedTransaction Transaction);

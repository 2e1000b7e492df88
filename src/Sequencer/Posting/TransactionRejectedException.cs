namespace TeeTee.Sequencer.Posting;

/// <summary>The node takes no transaction of the sequencer's account now: its wallet is empty, for instance. Nothing is in the pool.</summary>
internal sealed class TransactionRejectedException(string purpose, string cause) : Exception($"The node rejects the transaction '{purpose}': {cause}");

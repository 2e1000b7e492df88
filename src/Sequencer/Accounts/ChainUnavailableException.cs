namespace TeeTee.Sequencer.Accounts;

/// <summary>The chain gives no usable answer now; the same question may be answered later.</summary>
public sealed class ChainUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

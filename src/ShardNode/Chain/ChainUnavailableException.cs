namespace TeeTee.ShardNode.Chain;

/// <summary>The chain cannot be asked now; the same question may be answered later.</summary>
public sealed class ChainUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

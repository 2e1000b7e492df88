namespace TeeTee.Attestation.Collateral;

/// <summary>Collateral could not be had; the message names the sources and their answers.</summary>
public sealed class CollateralUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

namespace TeeTee.Attestation.Collateral;

/// <summary>A signed document is not what it must be; never leaves the reader that threw it.</summary>
internal sealed class MalformedCollateralException(string message) : Exception(message);

namespace TeeTee.Attestation.Collateral;

/// <summary>Something that happened to a cache, for the host's log.</summary>
/// <param name="Kind">What.</param>
/// <param name="Platform">To whose collateral.</param>
/// <param name="Message">A sentence with the values; never holds anything secret.</param>
public sealed record CollateralEvent(CollateralEventKind Kind, PlatformId Platform, string Message);

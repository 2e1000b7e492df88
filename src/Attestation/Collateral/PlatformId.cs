namespace TeeTee.Attestation.Collateral;

/// <summary>What collateral is about: a platform family below one of the two authorities that issue PCK certificates.</summary>
/// <param name="Fmspc">12 lower-case hex digits.</param>
/// <param name="Authority">Who issued the PCK certificate.</param>
public readonly record struct PlatformId(string Fmspc, PckAuthority Authority);

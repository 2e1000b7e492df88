namespace TeeTee.Attestation.Collateral;

/// <summary>What a revocation list says about itself.</summary>
/// <param name="Issuer">Common name of who signed it.</param>
/// <param name="ThisUpdate">When it was made.</param>
/// <param name="NextUpdate">The last moment at which it may be used.</param>
/// <param name="Revoked">How many certificates it names.</param>
public sealed record RevocationListSummary(string Issuer, DateTimeOffset ThisUpdate, DateTimeOffset NextUpdate, int Revoked);

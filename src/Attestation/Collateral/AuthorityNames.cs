namespace TeeTee.Attestation.Collateral;

/// <summary>How the two PCK authorities are called in certificates.</summary>
internal static class AuthorityNames
{
    private const string Platform = "SGX PCK Platform CA";
    private const string Processor = "SGX PCK Processor CA";

    /// <summary>The authority of a common name, or null.</summary>
    public static PckAuthority? Find(string commonName) =>
        commonName.Contains(Platform, StringComparison.Ordinal) ? PckAuthority.Platform
        : commonName.Contains(Processor, StringComparison.Ordinal) ? PckAuthority.Processor
        : null;
}

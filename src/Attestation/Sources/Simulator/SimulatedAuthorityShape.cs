namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>An authority below a simulated root; the defaults are those of the Platform CA.</summary>
internal sealed record SimulatedAuthorityShape
{
    public string CommonName { get; init; } = "Intel SGX PCK Platform CA";

    /// <summary>basicConstraints cA.</summary>
    public bool IsAuthority { get; init; } = true;

    /// <summary>End of validity; the root's where null.</summary>
    public DateTimeOffset? NotAfter { get; init; }
}

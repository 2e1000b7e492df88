namespace TeeTee.Attestation.Collateral;

/// <summary>Where collateral is fetched from; a <see cref="CollateralCache"/> stands before it.</summary>
public interface ICollateralSource
{
    /// <summary>The collateral of a platform as the source has it now.</summary>
    /// <exception cref="CollateralUnavailableException">It cannot be had; the message names each place and why.</exception>
    Task<QuoteCollateral> FetchAsync(PlatformId platform, CancellationToken cancellationToken);
}

namespace TeeTee.Attestation.Collateral;

/// <summary>Where verifiers get collateral from. Safe for use by several threads.</summary>
public interface ICollateralProvider
{
    /// <summary>What is held for a platform: the newest, whether or not it is still in date (the verifier judges that).</summary>
    /// <returns>Null where nothing is held. Never blocks and never asks the network; what is asked for is refreshed in the background.</returns>
    QuoteCollateral? Find(PlatformId platform);

    /// <summary>The same, fetched first where nothing is held or what is held has run out.</summary>
    /// <exception cref="CollateralUnavailableException">No source gave it; the message names each source and why.</exception>
    ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken);
}

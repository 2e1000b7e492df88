namespace TeeTee.Attestation.Collateral;

/// <summary>Collateral of one platform family that a caller holds in memory.</summary>
public sealed class HeldCollateral : ICollateralProvider
{
    private readonly QuoteCollateral _collateral;
    private readonly PlatformId _platform;

    /// <summary>Holds collateral for the platform that it names.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    public HeldCollateral(QuoteCollateral collateral)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        if (!collateral.TryReadPlatform(out _platform, out string cause))
            throw new ArgumentException($"The collateral names no platform: {cause}.", nameof(collateral));
        _collateral = collateral;
    }

    /// <inheritdoc/>
    public QuoteCollateral? Find(PlatformId platform) => platform == _platform ? _collateral : null;

    /// <inheritdoc/>
    public ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken) => Find(platform) is { } held
        ? ValueTask.FromResult(held)
        : throw new CollateralUnavailableException($"Collateral of {_platform} is held, not of {platform}.");
}

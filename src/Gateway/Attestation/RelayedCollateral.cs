using TeeTee.Attestation.Collateral;

namespace TeeTee.Gateway.Attestation;

/// <summary>Collateral of several platforms that somebody else handed over: believed for its signatures only.</summary>
public sealed class RelayedCollateral : ICollateralProvider
{
    private readonly Dictionary<PlatformId, QuoteCollateral> _held = [];

    /// <summary>Holds the first collateral of each platform; what names no platform is left out.</summary>
    public RelayedCollateral(IEnumerable<QuoteCollateral> collaterals)
    {
        ArgumentNullException.ThrowIfNull(collaterals);
        foreach (QuoteCollateral collateral in collaterals)
        {
            if (collateral.TryReadPlatform(out PlatformId platform, out _))
                _held.TryAdd(platform, collateral);
        }
    }

    /// <inheritdoc/>
    public QuoteCollateral? Find(PlatformId platform) => _held.GetValueOrDefault(platform);

    /// <inheritdoc/>
    public ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken) => Find(platform) is { } held
        ? ValueTask.FromResult(held)
        : throw new CollateralUnavailableException($"None was handed over for {platform}.");
}

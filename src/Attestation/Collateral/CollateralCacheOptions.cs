using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>What a <see cref="CollateralCache"/> keeps and when it renews it.</summary>
public sealed record CollateralCacheOptions
{
    /// <summary>Where containers are kept between runs, one file a platform; null keeps them in memory only.</summary>
    public string? Folder { get; init; }

    /// <summary>Whose signatures count.</summary>
    public TrustedRoot Root { get; init; } = TrustedRoot.Intel;

    /// <summary>Renewing begins when less than this is left. Intel's documents are in force for 30 days.</summary>
    public TimeSpan RefreshBefore { get; init; } = TimeSpan.FromDays(14);

    /// <summary>The alarm is raised when less than this is left: renewing has then failed for days.</summary>
    public TimeSpan AlarmBefore { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Asked anew at least this often: revocations and evaluations come before anything runs out.</summary>
    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Asked no more often than this while fetches succeed.</summary>
    public TimeSpan RefreshAtMostEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Pause after a failure; doubled by each further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause after a failure.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most platforms that are held: a quote names its platform before it is verified.</summary>
    public int MaxPlatforms { get; init; } = 64;

    /// <summary>Told of what happens, on the thread where it happens; must not throw or block.</summary>
    public Action<CollateralEvent>? Observer { get; init; }
}

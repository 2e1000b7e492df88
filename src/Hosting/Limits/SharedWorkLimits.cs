namespace TeeTee.Hosting.Limits;

/// <summary>Bounds of <see cref="SharedWork{TKey, TValue}"/>.</summary>
public sealed record SharedWorkLimits
{
    /// <summary>Pieces of work that run at once; at least 1.</summary>
    public int MostRunning { get; init; } = 2;

    /// <summary>Pieces of work started per second in the long run; above 0.</summary>
    public double PerSecond { get; init; } = 4;

    /// <summary>Pieces of work that may be started at once after a quiet time; at least 1.</summary>
    public int Burst { get; init; } = 8;

    /// <summary>How long a result is given to further askers.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Results kept at once, the oldest dropped first.</summary>
    public int MostKept { get; init; } = 32;

    /// <summary>How long one piece of work may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

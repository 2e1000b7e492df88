namespace TeeTee.Ethereum;

/// <summary>How a <see cref="JsonRpcClient"/> talks to its node.</summary>
public sealed record JsonRpcOptions
{
    /// <summary>The time for one attempt, from sending to the last byte.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest response that is read, in bytes.</summary>
    public int MaxResponseBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How often a call is tried altogether.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The pause after the first failure; it doubles with every further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);
}

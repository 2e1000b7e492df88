namespace TeeTee.Cli.Devnet.Local;

/// <summary>The system's clock moved ahead with the chain's; timers run as ever. All services of one network share it, so that nobody finds the chain in the future.</summary>
internal sealed class NetworkClock : TimeProvider
{
    private long _ticks;

    /// <summary>How far it is ahead of the system's.</summary>
    public TimeSpan Ahead => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>Moves it on.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
}

namespace TeeTee.Sequencer;

/// <summary>How long the sequencer waits for what.</summary>
public sealed record JobTimes
{
    /// <summary>How long a job may go on failing without a new output token before it is void. About 20 s for development.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an open stream of a shard may be silent, first prompt included, before it counts as broken.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest a job may run from its acceptance.</summary>
    public TimeSpan MaxJobDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>From acceptance to the promised posting; at most, and by default, the contract's postBefore horizon.</summary>
    public TimeSpan? PostBefore { get; init; }

    /// <summary>Part of the time to posting that is kept for sealing and batching: a job that is not answered before is void. A quarter when null.</summary>
    public TimeSpan? PostingReserve { get; init; }

    /// <summary>First pause before a job is opened again; it doubles up to 5 s.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two handshakes with each shard.</summary>
    public TimeSpan ShardCheckInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a shard may take to answer a handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a shard may take to answer a challenge with a quote.</summary>
    public TimeSpan AttestationTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Age at which slots and keys are read from the registry again.</summary>
    public TimeSpan RegistryAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Age up to which a credit or session that was read is used without asking again.</summary>
    public TimeSpan CreditAge { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Age up to which a known credit is used while the chain cannot be asked; well below the contract's withdrawal margin.</summary>
    public TimeSpan StaleCreditAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between comments that keep an idle event stream alive.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);
}

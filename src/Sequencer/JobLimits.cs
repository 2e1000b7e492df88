namespace TeeTee.Sequencer;

/// <summary>How much of everything the job API takes at most.</summary>
public sealed record JobLimits
{
    /// <summary>Jobs running at once; one more is 503 <c>overloaded</c>.</summary>
    public int MaxJobs { get; init; } = 256;

    /// <summary>Jobs of one user running at once; one more is 429 <c>rate_limited</c>.</summary>
    public int MaxJobsPerUser { get; init; } = 16;

    /// <summary>Event streams open at once over all jobs.</summary>
    public int MaxStreams { get; init; } = 1024;

    /// <summary>Event streams open at once for one job.</summary>
    public int MaxStreamsPerJob { get; init; } = 16;

    /// <summary>Connections open at once, streams and all; further ones are closed unanswered.</summary>
    public int MaxConnections { get; init; } = 2048;

    /// <summary>Longest body of <c>POST /v1/jobs</c> in bytes.</summary>
    public int MaxSubmissionBytes { get; init; } = 4 << 20;

    /// <summary>Longest message of a shard in bytes; the last one holds every leaf list.</summary>
    public int MaxShardMessageBytes { get; init; } = 64 << 20;

    /// <summary>Most ciphertext that one sealed job may stream, in bytes.</summary>
    public int MaxSealedOutputBytes { get; init; } = 16 << 20;
}

using TeeTee.Hosting.Limits;

namespace TeeTee.ShardNode;

/// <summary>What a shard takes at most. More is refused with a clear failure, never queued without bound.</summary>
public sealed record ShardLimits
{
    /// <summary>Jobs that run at once.</summary>
    public int MaxConcurrentJobs { get; init; } = 16;

    /// <summary>Bytes of keys and values of all running jobs together.</summary>
    public long MaxKvBytes { get; init; } = 4L << 30;

    /// <summary>Bytes of one gRPC message; the last one of a job holds leaves and openings of all its slots, 128 bytes per slot and position.</summary>
    public int MaxMessageBytes { get; init; } = 24 << 20;

    /// <summary>Positions in one Hidden frame.</summary>
    public int MaxPositionsPerFrame { get; init; } = 256;

    /// <summary>Positions that an upstream may send before it gets more credit.</summary>
    public int WindowPositions { get; init; } = 1024;

    /// <summary>How long an open session waits for the next frame.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a neighbour may be unreachable before a job fails (it can be opened again).</summary>
    public TimeSpan LinkConnect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes on disk of what defends receipts; at the limit new jobs are refused.</summary>
    public long MaxDefenceBytes { get; init; } = 8L << 30;

    /// <summary>How long after a receipt's postBefore its evidence is kept.</summary>
    public TimeSpan DefenceRetention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Links that other shards may hold open to this one at once.</summary>
    public int MaxInboundLinks { get; init; } = 64;

    /// <summary>Quotes made for those who challenge this shard; a refused asker may ask again.</summary>
    public SharedWorkLimits Attestations { get; init; } = new();

    /// <summary>Connections open at once, handshakes that still run among them; further ones are closed unanswered.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Finished and running OpenJob calls that may be followed at once.</summary>
    public int MaxConcurrentCalls { get; init; } = 1024;
}

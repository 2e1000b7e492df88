namespace TeeTee.Sequencer.Batching;

/// <summary>When a batch is closed: whichever comes first.</summary>
public sealed record BatchLimits
{
    /// <summary>Most receipts of a batch.</summary>
    public int MaxReceipts { get; init; } = 256;

    /// <summary>Most bytes of batch data, as estimated before it is built; a single larger job still gets a batch of its own.</summary>
    public long MaxBytes { get; init; } = 16 << 20;

    /// <summary>Age of the oldest answer that is ready at which a batch is closed however small.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A batch is closed at once when a job in it must be posted within this time.</summary>
    public TimeSpan Urgency { get; init; } = TimeSpan.FromSeconds(60);
}

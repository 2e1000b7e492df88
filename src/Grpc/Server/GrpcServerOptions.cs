namespace TeeTee.Grpc;

/// <summary>Limits of the methods of one <see cref="GrpcServiceMap"/>.</summary>
public sealed class GrpcServerOptions
{
    /// <summary>
    /// The longest request message in bytes; a longer one fails with RESOURCE_EXHAUSTED before it is read. 4 MiB.
    /// </summary>
    public int MaxReceiveMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest response message in bytes; a longer one fails with RESOURCE_EXHAUSTED. 4 MiB.</summary>
    public int MaxSendMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// How many calls run at once over all methods of the map, streams included; one more fails with
    /// RESOURCE_EXHAUSTED. Unlimited when null. Health checks are not counted.
    /// </summary>
    public int? MaxConcurrentCalls { get; set; }

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxReceiveMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxSendMessageBytes);
        if (MaxConcurrentCalls is { } calls)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(calls, nameof(MaxConcurrentCalls));
    }
}

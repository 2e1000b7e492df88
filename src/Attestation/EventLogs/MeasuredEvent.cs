namespace TeeTee.Attestation.EventLogs;

/// <summary>One extension of a runtime measurement register.</summary>
/// <param name="Register">0 to 3: RTMR0 to RTMR3.</param>
/// <param name="Type">The TCG event type; <see cref="RuntimeType"/> for dstack's own.</param>
/// <param name="Name">
/// The name, empty where there is none. Only a runtime event's name is bound by its digest; any other is a label of whoever wrote the log.
/// </param>
/// <param name="Payload">The payload, bound under the same condition.</param>
/// <param name="Digest">SHA-384, 48 bytes: what the register was extended with. For runtime events it is computed here, never taken from the log.</param>
public sealed record MeasuredEvent(
    int Register, uint Type, string Name, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Digest)
{
    /// <summary>dstack's event type, the same for both versions of its digest.</summary>
    public const uint RuntimeType = 0x0800_0001;

    /// <summary>Whether this is an event of dstack's runtime whose digest was computed from its name and payload, so that it binds them.</summary>
    public bool IsRuntime { get; internal init; }
}

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// What dstack's boot measured about the application: the runtime events before <c>system-ready</c>. From then on every container of the
/// machine may add events under any name.
/// </summary>
public sealed record RuntimeClaims
{
    /// <summary>20 bytes: the application, by default the start of the compose hash.</summary>
    public required ReadOnlyMemory<byte> AppId { get; init; }

    /// <summary>SHA-256 of the exact bytes of app-compose.json.</summary>
    public required ReadOnlyMemory<byte> ComposeHash { get; init; }

    /// <summary>20 bytes that tell this machine from others of the application; empty where the application has none.</summary>
    public required ReadOnlyMemory<byte> InstanceId { get; init; }

    /// <summary>Where its keys come from.</summary>
    public required KeyProvider KeyProvider { get; init; }
}

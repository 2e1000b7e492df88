namespace TeeTee.Attestation.EventLogs;

/// <summary>Bounds of what is read; a log beyond one is refused. Real logs have below 100 events and 300 kB.</summary>
internal static class EventLogLimits
{
    /// <summary>Bytes of a log in any form.</summary>
    public const int Bytes = 4 << 20;

    /// <summary>Events in a log.</summary>
    public const int Events = 256;

    /// <summary>UTF-8 bytes of an event's name.</summary>
    public const int NameBytes = 256;

    /// <summary>Bytes of an event's payload.</summary>
    public const int PayloadBytes = 1 << 20;

    /// <summary>Bytes of an app-compose.json or of a configuration document.</summary>
    public const int ComposeBytes = 1 << 20;

    /// <summary>Lines of the compose file inside.</summary>
    public const int ComposeLines = 1_000;

    /// <summary>Digest algorithms that a CCEL header may list.</summary>
    public const int Algorithms = 16;
}

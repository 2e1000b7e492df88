using System.Diagnostics.CodeAnalysis;

namespace TeeTee.Attestation.EventLogs;

/// <summary>What a log says against a quote's report: accepted, or refused with a stage and a cause.</summary>
public sealed record EventLogVerdict
{
    /// <summary>Whether registers, names, compose file and MR_CONFIG_ID all agree.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Matches => Error is null;

    /// <summary>The first disagreement; null if there is none.</summary>
    public required EventLogError? Error { get; init; }

    /// <summary>RTMR0 to RTMR3 as replayed, 48 bytes each; empty where the log could not be read.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Registers { get; init; }

    /// <summary>For each register whether it is the report's.</summary>
    public required IReadOnlyList<bool> RegisterMatches { get; init; }

    /// <summary>What dstack's boot measured; null where the log has no runtime events, or they are refused.</summary>
    public RuntimeClaims? Claims { get; init; }

    /// <summary>The compose file that was given, read; null if none was or it is unreadable.</summary>
    public AppCompose? Compose { get; init; }

    /// <summary>What MR_CONFIG_ID binds.</summary>
    public ConfigIdBinding ConfigId { get; init; }
}

using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// Replays a log against the report of a quote and says what is then known about the machine. Pure. The quote itself has to be verified apart:
/// against a forged report any log can be made to match.
/// </summary>
public static class EventLogVerifier
{
    /// <summary>Judges a log.</summary>
    /// <param name="log">As read.</param>
    /// <param name="report">Of a verified quote.</param>
    /// <param name="compose">The exact bytes of app-compose.json, to be compared with the measured hash; null to leave that out.</param>
    /// <param name="configDocument">The exact bytes of dstack's configuration document; needed where MR_CONFIG_ID is of version 3.</param>
    public static EventLogVerdict Verify(
        EventLog log, TdReport report, byte[]? compose = null, ReadOnlyMemory<byte> configDocument = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(report);
        IReadOnlyList<ReadOnlyMemory<byte>> registers = RegisterReplay.Compute(log.Events);
        EventLogVerdict verdict = new()
        {
            Error = null,
            Registers = registers,
            RegisterMatches = [.. registers.Select((register, i) => register.Span.SequenceEqual(RegisterReplay.Of(report, i).Span))],
            ConfigId = ConfigId.BindingOf(report.MrConfigId.Span),
        };
        try
        {
            if (compose is not null)
                verdict = verdict with { Compose = ReadCompose(compose) };
            verdict = verdict with { Claims = RuntimeClaimsReader.Read(log.Events) };
            RequireRegisters(verdict, report);
            RequireCompose(verdict);
            if (verdict.Claims is { } claims)
                ConfigId.Check(report.MrConfigId.Span, claims, configDocument);
            return verdict;
        }
        catch (MalformedEventLogException refused)
        {
            return verdict with { Error = refused.Error };
        }
    }

    private static AppCompose ReadCompose(ReadOnlyMemory<byte> bytes) =>
        AppCompose.TryRead(bytes, out AppCompose? read, out EventLogError? error) ? read : throw new MalformedEventLogException(error.Stage, error.Cause);

    private static void RequireRegisters(EventLogVerdict verdict, TdReport report)
    {
        for (int i = 0; i < verdict.Registers.Count; i++)
        {
            MalformedEventLogException.Require(verdict.RegisterMatches[i], EventLogStage.Registers,
                $"RTMR{i} is {Convert.ToHexStringLower(RegisterReplay.Of(report, i).Span)} in the quote, the log leads to {Convert.ToHexStringLower(verdict.Registers[i].Span)}");
        }
    }

    private static void RequireCompose(EventLogVerdict verdict)
    {
        if (verdict.Compose is not { } compose)
            return;
        MalformedEventLogException.Require(verdict.Claims is not null, EventLogStage.Compose, "the log has no compose-hash to compare the compose file with");
        MalformedEventLogException.Require(compose.Hash.Span.SequenceEqual(verdict.Claims!.ComposeHash.Span), EventLogStage.Compose,
            $"the compose file has SHA-256 {Convert.ToHexStringLower(compose.Hash.Span)}, {Convert.ToHexStringLower(verdict.Claims.ComposeHash.Span)} was measured");
    }
}

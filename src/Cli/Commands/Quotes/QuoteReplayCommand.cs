using System.CommandLine;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands.Quotes;

/// <summary><c>teetee quote replay</c>: what an event log and a compose file prove beside a quote.</summary>
internal sealed class QuoteReplayCommand
{
    private const int MostBytes = 16 << 20;

    private readonly Option<string> _eventLog;
    private readonly Option<string?> _quote;
    private readonly Option<string?> _compose;
    private readonly Option<string?> _configuration;
    private readonly Option<bool> _requirePins;

    private QuoteReplayCommand(Settings settings)
    {
        _eventLog = settings.Required<string>("--eventlog", "The event log: dstack's JSON (array, GetQuote's answer, attestation), dstack's binary attestation, or a CCEL table.");
        _quote = settings.Optional<string>("--quote", "The quote: binary, hex or base64. Without it the one that came with the log.");
        _compose = settings.Optional<string>("--compose", "app-compose.json, the exact bytes: compared with the measured hash, and looked through for images.");
        _configuration = settings.Optional<string>("--mr-config", "dstack's configuration document, the exact bytes; needed where MR_CONFIG_ID is of version 3.");
        _requirePins = settings.Flag("--require-pins", "Fail too if the compose file leaves open what runs: images without digest, scripts, what cannot be read.");
    }

    public static Command Create(CommandFactory factory)
    {
        QuoteReplayCommand command = new(factory.Settings);
        return factory.Create("replay",
            "Replay an event log and compare the registers with a quote's. The quote itself is not verified by this: see quote verify. Exit code 7: something does not match.",
            [command._eventLog, command._quote, command._compose, command._configuration, command._requirePins],
            (parsed, console, _) => Task.FromResult(command.Run(parsed, console)));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console)
    {
        byte[] logBytes = QuoteFile.ReadBounded(parsed.GetValue(_eventLog)!, MostBytes, "bad_event_log");
        byte[]? quoteBytes = parsed.GetValue(_quote) is { } quotePath ? QuoteFile.Read(quotePath) : null;
        byte[]? compose = Read(parsed.GetValue(_compose), "bad_compose_file");
        byte[]? configuration = Read(parsed.GetValue(_configuration), "bad_mr_config");
        bool requirePins = parsed.GetValue(_requirePins);
        if (requirePins && compose is null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "--require-pins needs --compose.");

        if (!EventLog.TryRead(logBytes, out EventLog? log, out EventLogError? error))
            return Refuse(console, 0, error.Stage.ToString(), error.Cause);
        if (!TdxQuote.TryParse(quoteBytes ?? log.Quote.ToArray(), out TdxQuote? quote, out QuoteError? quoteError))
            return Refuse(console, log.Events.Count, "Quote", quoteBytes is null && log.Quote.IsEmpty ? "no quote came with the log: give --quote" : quoteError.Cause);
        EventLogVerdict verdict = EventLogVerifier.Verify(log, quote.Report, compose, configuration ?? default(ReadOnlyMemory<byte>));
        console.Result(Describe(log, verdict), Text(log, verdict));
        bool isPinned = !requirePins || verdict.Compose?.IsPinned == true;
        return verdict.Matches && isPinned ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    private static byte[]? Read(string? path, string code) => path is null ? null : QuoteFile.ReadBounded(path, MostBytes, code);

    private static ExitCode Refuse(CommandConsole console, int events, string stage, string cause)
    {
        console.Result(new { matches = false, events, rtmr = Array.Empty<string>(), stage, error = cause }, $"refused at {stage}: {cause}");
        return ExitCode.VerificationFailed;
    }

    private static object Describe(EventLog log, EventLogVerdict verdict) => new
    {
        matches = verdict.Matches,
        events = log.Events.Count,
        rtmr = verdict.Registers.Select(Hex),
        rtmrMatches = verdict.RegisterMatches,
        stage = verdict.Error?.Stage.ToString(),
        error = verdict.Error?.Cause,
        format = log.Format.ToString(),
        appId = Hex(verdict.Claims?.AppId),
        composeHash = Hex(verdict.Claims?.ComposeHash),
        instanceId = Hex(verdict.Claims?.InstanceId),
        keyProvider = verdict.Claims is { } claims ? new { name = claims.KeyProvider.Name, id = Hex(claims.KeyProvider.Id) } : null,
        configId = verdict.ConfigId.ToString(),
        runtimeEvents = log.RuntimeEvents.Select((measured, i) => new { name = measured.Name, payload = Hex(measured.Payload), trusted = verdict.Claims is not null && verdict.RegisterMatches[3] && i < log.BootEventCount }),
        compose = verdict.Compose is { } compose
            ? new
            {
                sha256 = Hex(compose.Hash),
                pinned = compose.IsPinned,
                images = compose.Images.Select(image => new { line = image.Line, image = image.Reference, pinned = image.IsPinned }),
                scripts = compose.Scripts,
                doubts = compose.Doubts,
            }
            : null,
    };

    private static string Text(EventLog log, EventLogVerdict verdict)
    {
        List<string> lines = [.. verdict.Registers.Select((register, i) => $"RTMR{i} {(verdict.RegisterMatches[i] ? "matches" : "differs")}  {Hex(register)}")];
        if (verdict.Claims is { } claims)
            lines.AddRange([$"app id        {Hex(claims.AppId)}", $"compose hash  {Hex(claims.ComposeHash)}", $"keys from     {claims.KeyProvider.Name}"]);
        if (verdict.Compose is { } compose)
        {
            lines.AddRange(compose.Images.Select(image => $"{(image.IsPinned ? "pinned  " : "UNPINNED")} {image.Reference}"));
            lines.AddRange(compose.Scripts.Select(script => $"SCRIPT   {script} runs beside the containers"));
            lines.AddRange(compose.Doubts.Select(doubt => $"DOUBT    {doubt}"));
        }
        lines.Add(verdict.Matches ? $"{log.Events.Count} events match the quote, whose signatures are another check (quote verify)" : $"refused at {verdict.Error}");
        return string.Join(Environment.NewLine, lines);
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string? Hex(ReadOnlyMemory<byte>? bytes) => bytes is { } value ? Hex(value) : null;
}

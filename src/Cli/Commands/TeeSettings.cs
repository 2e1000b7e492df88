using System.CommandLine;
using TeeTee.Attestation.Sources;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary>Which quote source a node uses. Hardware needs no permission; the simulator is asked for twice, since it proves nothing.</summary>
internal sealed class TeeSettings
{
    private readonly Option<string?> _tee;
    private readonly Option<string?> _path;
    private readonly Option<string?> _simulated;

    public TeeSettings(Settings settings)
    {
        _tee = settings.Optional<string>("--tee", "Where quotes come from: dstack, tappd or configfs on TDX hardware; simulator with --simulated-tee and --insecure-dev.");
        _path = settings.Optional<string>("--tee-path",
            $"The socket or folder of --tee; by default {DstackQuoteSource.DefaultPath}, {TappdQuoteSource.DefaultPath} or {ConfigFsQuoteSource.DefaultPath}.");
        _simulated = settings.Optional<string>("--simulated-tee", "Folder of the simulated TEE's PKI (needs --insecure-dev).");
        Symbols = [_tee, _path, _simulated];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>Whether any of them is given, for a service that can do without.</summary>
    public bool IsGiven(ParseResult parsed) => (parsed.GetValue(_tee) ?? parsed.GetValue(_path) ?? parsed.GetValue(_simulated)) is not null;

    /// <summary>Opens what the settings name.</summary>
    /// <returns>The source of hardware, or the simulator's folder: exactly one of them.</returns>
    /// <exception cref="FailureException"><c>bad_setting</c> or <c>no_quote_source</c>.</exception>
    public (IQuoteSource? Hardware, string? SimulatorFolder) Open(ParseResult parsed, bool allowSimulated)
    {
        (string? tee, string? path, string? simulated) = (parsed.GetValue(_tee), parsed.GetValue(_path), parsed.GetValue(_simulated));
        TeeKind kind = Kind(tee, simulated);
        if (kind == TeeKind.Simulator)
        {
            if (path is not null)
                throw new FailureException(ExitCode.Usage, "bad_setting", $"{_path.Name} is for hardware; the simulator's folder is {_simulated.Name}.");
            if (simulated is null || !allowSimulated)
                throw new FailureException(ExitCode.Configuration, "no_quote_source", $"The simulator proves nothing about hardware: it needs {_simulated.Name} FOLDER and --insecure-dev.");
            return (null, simulated);
        }
        if (simulated is not null)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"{_tee.Name} {tee} and {_simulated.Name} exclude each other.");
        try
        {
            return (QuoteSourceFactory.OpenHardware(kind, path, TimeProvider.System), null);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException)
        {
            throw new FailureException(ExitCode.Configuration, "no_quote_source", $"{_tee.Name} {tee}: {fault.Message}", fault);
        }
    }

    private TeeKind Kind(string? tee, string? simulated) => tee switch
    {
        "simulator" => TeeKind.Simulator,
        "dstack" => TeeKind.Dstack,
        "tappd" => TeeKind.Tappd,
        "configfs" => TeeKind.ConfigFs,
        null when simulated is not null => TeeKind.Simulator,
        null => throw new FailureException(ExitCode.Configuration, "no_quote_source", $"Say where quotes come from: {_tee.Name} dstack, tappd or configfs; for development {_simulated.Name} FOLDER and --insecure-dev."),
        _ => throw new FailureException(ExitCode.Usage, "bad_setting", $"{_tee.Name}: '{tee}' is none of simulator, dstack, tappd and configfs."),
    };
}

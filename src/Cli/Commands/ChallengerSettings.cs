using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Cli.Commands;

/// <summary>What a verifier may do on chain, and with how much money.</summary>
internal sealed class ChallengerSettings
{
    private readonly Option<string> _mode;
    private readonly Option<string?> _key;
    private readonly Option<string?> _password;
    private readonly Option<string> _maxBonds;
    private readonly Option<string> _maxGas;
    private readonly Option<string?> _defend;

    public ChallengerSettings(Settings settings)
    {
        ChallengerOptions defaults = new();
        _mode = settings.Option("--mode", "watchtower: tell people; defensive: defend the operators of --defend; active: accuse whoever the evidence convicts.", "watchtower");
        _key = settings.Optional<string>("--key-file", "Key file of the account that pays bonds and gas and gets bounties; needed unless the mode is watchtower. Nothing else may send with it.");
        _password = settings.Optional<string>("--key-password-file", "Password of an encrypted key.");
        _maxBonds = settings.Option("--max-bonds", "Most wei in bonds at once.", Wei(defaults.MaxBonds));
        _maxGas = settings.Option("--max-gas-per-day", "Most wei of gas in 24 hours, the finishing of open disputes apart.", Wei(defaults.MaxGasPerDay));
        _defend = settings.Optional<string>("--defend", "Operators to defend, with commas: the account is theirs, or they made it their defender.");
        Symbols = [_mode, _key, _password, _maxBonds, _maxGas, _defend];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>What was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="state">The verifier's folder.</param>
    /// <param name="pollSeconds">Between looks.</param>
    /// <exception cref="FailureException"><c>bad_setting</c> or <c>bad_key_file</c>.</exception>
    public ChallengerOptions Read(ParseResult parsed, string state, double pollSeconds)
    {
        if (!Enum.TryParse(parsed.GetValue(_mode), ignoreCase: true, out ChallengerMode mode) || !Enum.IsDefined(mode))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"{_mode.Name} is '{parsed.GetValue(_mode)}'; it is watchtower, defensive or active.");
        return new ChallengerOptions
        {
            Mode = mode,
            Key = parsed.GetValue(_key) is { } key ? SettingFiles.LoadKey(key, parsed.GetValue(_password)) : null,
            Interests = [.. (parsed.GetValue(_defend) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Operator)],
            MaxBonds = Amount(parsed, _maxBonds),
            MaxGasPerDay = Amount(parsed, _maxGas),
            RecordFile = Path.Combine(state, "disputes.json"),
            PollSeconds = pollSeconds,
        };
    }

    private Address Operator(string text) => Address.TryParse(text, out Address address)
        ? address
        : throw new FailureException(ExitCode.Usage, "bad_setting", $"{_defend.Name}: '{text}' is no address.");

    private static UInt128 Amount(ParseResult parsed, Option<string> option) =>
        UInt128.TryParse(parsed.GetValue(option), NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 wei)
            ? wei
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option.Name}: '{parsed.GetValue(option)}' is no amount of wei.");

    private static string Wei(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);
}

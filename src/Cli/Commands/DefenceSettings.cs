using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.ShardNode.Defence;

namespace TeeTee.Cli.Commands;

/// <summary>How a shard defends its receipts.</summary>
internal sealed class DefenceSettings
{
    private readonly Option<bool> _off;
    private readonly Option<string?> _key;
    private readonly Option<string?> _password;
    private readonly Option<string?> _limit;

    public DefenceSettings(Settings settings)
    {
        _off = settings.Flag("--no-defence", "Leave disputes to another defender: silence costs the stake.");
        _key = settings.Optional<string>("--defender-key", "Key file of an account with little money that pays for defence; the operator's if absent. Registered with --register.");
        _password = settings.Optional<string>("--defender-password-file", "Password of an encrypted defender key.");
        _limit = settings.Optional<string>("--defence-limit", "Most wei that defence may cost a day; 50000000000000000 (0.05 ETH) if absent.");
        Symbols = [_off, _key, _password, _limit];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>The defender; null where it is switched off.</summary>
    /// <exception cref="FailureException"><c>bad_key_file</c>, <c>bad_setting</c>.</exception>
    public DefenderOptions? Read(ParseResult parsed, PrivateKey operatorKey, bool development)
    {
        if (parsed.GetValue(_off))
            return null;
        DefenderOptions options = new() { Key = parsed.GetValue(_key) is { } path ? SettingFiles.LoadKey(path, parsed.GetValue(_password)) : operatorKey };
        // A development network's moves take seconds.
        if (development)
            options = options with { Poll = TimeSpan.FromMilliseconds(500), Retry = TimeSpan.FromSeconds(2) };
        if (parsed.GetValue(_limit) is not { } text)
            return options;
        return UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 limit)
            ? options with { DailyLimit = limit }
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{_limit.Name}: '{text}' is no amount of wei.");
    }
}

using System.CommandLine;
using System.Globalization;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands.Quotes;

/// <summary><c>teetee quote verify</c>: judges a quote at a time with collateral at hand; asks no network and no clock unless the time is left out.</summary>
internal sealed class QuoteVerifyCommand
{
    private readonly Argument<string> _file = new("file") { Description = "The quote: binary, hex or base64." };
    private readonly Option<string> _collateral;
    private readonly Option<string?> _at;
    private readonly Option<string?> _root;
    private readonly Option<string?> _statuses;
    private readonly Option<string?> _policy;
    private readonly Option<bool> _sgx;
    private readonly Option<bool> _strict;

    private QuoteVerifyCommand(Settings settings)
    {
        _collateral = settings.Required<string>("--collateral", "Revocation lists, TCB info and QE identity of the quote's platform: the JSON container of DCAP tools.");
        _at = settings.Optional<string>("--at", "The moment to judge at, ISO 8601 or Unix seconds; now if absent.");
        _root = settings.Optional<string>("--root", "Root certificate that the quote must lead to; Intel's if absent. Another root proves no hardware.");
        _statuses = settings.Optional<string>("--accept-status", "TCB statuses that pass, with commas, or any (never Revoked); wins over the policy. Only UpToDate if absent.");
        _policy = settings.Optional<string>("--policy", "JSON file with further rules (docs/attestation.md).");
        _sgx = settings.Flag("--sgx", "Judge an SGX quote too; otherwise it is refused.");
        _strict = settings.Flag("--strict-components", "Compare all 16 TDX components, as on-chain verifiers do.");
    }

    public static Command Create(CommandFactory factory)
    {
        QuoteVerifyCommand command = new(factory.Settings);
        return factory.Create("verify", "Judge a quote. Exit code 0 only if it is accepted, 7 if it is refused.",
            [command._file, command._collateral, command._at, command._root, command._statuses, command._policy, command._sgx, command._strict],
            (parsed, console, _) => Task.FromResult(command.Run(parsed, console)));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console)
    {
        byte[] quote = QuoteFile.Read(parsed.GetValue(_file)!);
        TrustedRoot root = ServiceSettings.TrustedRoot(parsed.GetValue(_root));
        QuoteVerificationInput input = new()
        {
            Now = Time(parsed.GetValue(_at)),
            Root = root,
            Collateral = Collateral(parsed.GetValue(_collateral)!),
            Policy = Policy(parsed) with { AllowSimulated = root.IsSimulated },
        };
        QuoteOutcome outcome = parsed.GetValue(_sgx) && IsSgx(quote)
            ? QuoteOutcome.Of(QuoteVerifier.VerifySgx(quote, input))
            : QuoteOutcome.Of(QuoteVerifier.Verify(quote, input));
        console.Result(outcome.ToJson(), outcome.ToString());
        return outcome.Error is null ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    /// <summary>TEE type 0 of the header (bytes 4 to 7).</summary>
    private static bool IsSgx(ReadOnlySpan<byte> quote) => quote.Length >= 8 && !quote[4..8].ContainsAnyExcept((byte)0);

    private QuotePolicy Policy(ParseResult parsed)
    {
        QuotePolicy policy = parsed.GetValue(_policy) is { } path ? SettingFiles.LoadPolicy(path) : new QuotePolicy();
        if (parsed.GetValue(_statuses) is { } statuses)
            policy = policy with { AcceptedStatuses = Statuses(statuses) };
        return parsed.GetValue(_strict) ? policy with { StrictComponents = true } : policy;
    }

    private static QuoteCollateral Collateral(string path) =>
        QuoteCollateral.TryParse(QuoteFile.ReadBounded(path, QuoteCollateral.MaxContainerSize, "bad_collateral"), out QuoteCollateral? collateral, out string cause)
            ? collateral
            : throw new FailureException(ExitCode.Configuration, "bad_collateral", $"{path} is no collateral container: {cause}.");

    private static IReadOnlyList<TcbStatus> Statuses(string text)
    {
        if (text == "any")
            return QuotePolicy.AnyStatus;
        return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Status)];
    }

    private static TcbStatus Status(string name) => QuotePolicy.AnyStatus.Where(status => status.ToString() == name).Cast<TcbStatus?>().FirstOrDefault()
        ?? throw new FailureException(ExitCode.Usage, "bad_setting", $"--accept-status: '{name}' is neither any nor one of {string.Join(", ", QuotePolicy.AnyStatus)}.");

    private static DateTimeOffset Time(string? text)
    {
        if (text is null)
            return TimeProvider.System.GetUtcNow();
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, utc, out DateTimeOffset time)
            ? time
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"--at: '{text}' is neither a time like 2026-11-21T12:00:00Z nor Unix seconds.");
    }
}

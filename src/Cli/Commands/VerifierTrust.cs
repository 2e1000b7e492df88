using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Verifier;

namespace TeeTee.Cli.Commands;

/// <summary>What a command trusts that judges batches itself without being a service.</summary>
internal sealed class VerifierTrust
{
    private readonly Option<string?> _trustedRoot;
    private readonly Option<string?> _collateral;
    private readonly Option<string?> _policy;
    private readonly Option<bool> _insecureDev;

    public VerifierTrust(Settings settings)
    {
        _trustedRoot = settings.Optional<string>("--trusted-root", "Root certificate of quotes; Intel's if absent.");
        _collateral = ServiceSettings.CollateralOption(settings);
        _policy = ServiceSettings.PolicyOption(settings);
        _insecureDev = settings.Flag("--insecure-dev", "Allow simulated TEEs, for development only.");
        Symbols = [_trustedRoot, _collateral, _policy, _insecureDev];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>The options with what was given.</summary>
    public VerifierOptions Apply(ParseResult parsed, VerifierOptions options)
    {
        bool simulated = parsed.GetValue(_insecureDev);
        return options with
        {
            QuoteRoot = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot)),
            Collateral = ServiceSettings.Collateral(parsed.GetValue(_collateral), parsed.GetValue(_trustedRoot)),
            QuotePolicy = (parsed.GetValue(_policy) is { } path ? SettingFiles.LoadPolicy(path) : new()) with { AllowSimulated = simulated },
            AllowSimulated = simulated,
        };
    }
}

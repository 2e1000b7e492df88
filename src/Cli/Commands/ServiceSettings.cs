using System.CommandLine;
using System.Net;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Commands.Quotes;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary>The settings that every service has.</summary>
internal sealed class ServiceSettings
{
    private const int MaxPolicySize = 65_536;

    private readonly Option<string> _chainUrl;
    private readonly Option<string> _deployment;
    private readonly Option<string> _state;
    private readonly Option<string> _listen;
    private readonly Option<bool> _insecureDev;
    private readonly Option<bool> _exitWithParent;
    private readonly Option<string?> _collateralUrl;
    private readonly Option<string> _collateralUpdate;

    public ServiceSettings(Settings settings, string state, string listen)
    {
        _chainUrl = settings.Option("--chain-url", "JSON-RPC endpoint of the chain.", "http://127.0.0.1:8552");
        _deployment = settings.Option("--deployment", "The contracts' deployment.json.", "deployment.json");
        _state = settings.Option("--state", "Folder for keys and databases.", state);
        _listen = settings.Option("--listen", "Address and port to listen on; port 0 takes a free one.", listen);
        _insecureDev = settings.Flag("--insecure-dev", "Allow simulated TEEs, and confidential jobs over links without attestation. Refused on chains with value (1 and 8453).");
        _exitWithParent = settings.Flag("--exit-with-parent", "Stop when standard input ends.");
        _collateralUrl = settings.Optional<string>(
            "--collateral-url", "Fetch and renew collateral from this certification service (Intel's PCS or your PCCS; several with commas) instead of reading --collateral.");
        _collateralUpdate = settings.Option("--collateral-update", "Which of Intel's evaluations --collateral-url asks for: standard or early.", "standard");
        Symbols = [_chainUrl, _deployment, _state, _listen, _insecureDev, _exitWithParent];
        CollateralSymbols = [_collateralUrl, _collateralUpdate];
    }

    /// <summary>All of them, for the command.</summary>
    public IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>Those of services that judge quotes.</summary>
    public IReadOnlyList<Symbol> CollateralSymbols { get; }

    public Uri ChainUrl(ParseResult parsed) => Endpoint(_chainUrl.Name, parsed.GetValue(_chainUrl)!);

    public string State(ParseResult parsed) => parsed.GetValue(_state)!;

    public IPEndPoint Listen(ParseResult parsed) => Address(_listen.Name, parsed.GetValue(_listen)!);

    public bool ExitWithParent(ParseResult parsed) => parsed.GetValue(_exitWithParent);

    /// <summary>Reads the deployment and refuses simulated TEEs where money has value.</summary>
    public async Task<Deployment> DeploymentAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Deployment deployment = await SettingFiles.LoadDeploymentAsync(parsed.GetValue(_deployment)!, cancellationToken).ConfigureAwait(false);
        if (AllowSimulatedTee(parsed) && deployment.ChainId is 1 or 8453)
            throw new FailureException(ExitCode.Configuration, "simulated_tee_refused", $"--insecure-dev is refused on chain {deployment.ChainId}.");
        return deployment;
    }

    public bool AllowSimulatedTee(ParseResult parsed) => parsed.GetValue(_insecureDev);

    /// <summary>The flag of services that link with shards.</summary>
    public static Option<bool> PlainLinksFlag(Settings settings) =>
        settings.Flag("--plain-links", "Link with shards in the clear, proving nothing (needs --insecure-dev).");

    /// <summary>Whether links are plain, which is asked for twice.</summary>
    /// <exception cref="FailureException"><c>plain_link_refused</c>: without <c>--insecure-dev</c>.</exception>
    public bool PlainLinks(ParseResult parsed, Option<bool> flag)
    {
        if (parsed.GetValue(flag) && !AllowSimulatedTee(parsed))
            throw new FailureException(ExitCode.Configuration, "plain_link_refused", "--plain-links is for development: it needs --insecure-dev.");
        return parsed.GetValue(flag);
    }

    /// <summary>Reads <c>address:port</c>.</summary>
    public static IPEndPoint Address(string option, string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? address)
            ? address
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option}: '{text}' is no address:port.");

    /// <summary>Reads an http or https address.</summary>
    public static Uri Endpoint(string option, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"{option}: '{text}' is no http address.");

    /// <summary>Reads a block tag.</summary>
    public static BlockTag Block(string option, string text) => text switch
    {
        "latest" => BlockTag.Latest,
        "safe" => BlockTag.Safe,
        "finalized" => BlockTag.Finalized,
        _ => throw new FailureException(ExitCode.Usage, "bad_setting", $"{option}: '{text}' is none of latest, safe and finalized."),
    };

    /// <summary>Opens the service's collateral: fetched if it is told where from, else the file.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The value of <see cref="CollateralOption"/>.</param>
    /// <param name="trustedRoot">The root certificate's file; Intel's root if null.</param>
    /// <param name="log">Where failures and alarms of fetching are told.</param>
    /// <exception cref="FailureException"><c>bad_setting</c>, <c>bad_collateral</c>, <c>no_collateral</c>, <c>state_unusable</c>.</exception>
    public CollateralFeed OpenCollateral(ParseResult parsed, string? path, string? trustedRoot, TextWriter log)
    {
        if (parsed.GetValue(_collateralUrl) is not { } urls)
            return new CollateralFeed(Collateral(path, trustedRoot));
        if (path is not null)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--collateral and {_collateralUrl.Name} exclude each other.");
        PcsOptions options = new()
        {
            BaseUrls = [.. urls.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url => Endpoint(_collateralUrl.Name, url))],
            Update = Update(_collateralUpdate.Name, parsed.GetValue(_collateralUpdate)!),
            Root = TrustedRoot(trustedRoot),
        };
        return CollateralFeed.Fetch(options, Path.Combine(State(parsed), "collateral"), log);
    }

    /// <summary>The same where the service has collateral of its own (a simulated TEE's): null unless a file or an address was given.</summary>
    /// <exception cref="FailureException">As <see cref="OpenCollateral"/>.</exception>
    public CollateralFeed? TryOpenCollateral(ParseResult parsed, string? path, string? trustedRoot, TextWriter log) =>
        parsed.GetValue(_collateralUrl) is not null ? OpenCollateral(parsed, path, trustedRoot, log)
        : FindCollateral(path, trustedRoot) is { } file ? new CollateralFeed(file)
        : null;

    /// <summary>Reads which evaluation is asked for.</summary>
    public static TcbUpdate Update(string option, string text) => text switch
    {
        "standard" => TcbUpdate.Standard,
        "early" => TcbUpdate.Early,
        _ => throw new FailureException(ExitCode.Usage, "bad_setting", $"{option}: '{text}' is none of standard, early."),
    };

    /// <summary>The option that names the collateral.</summary>
    public static Option<string?> CollateralOption(Settings settings) => settings.Optional<string>(
        "--collateral", $"Revocation lists, TCB info and QE identity of the quotes' platform (JSON); {SimulatedPki.CollateralFile} beside --trusted-root if absent.");

    /// <summary>Opens the collateral that must be there.</summary>
    /// <exception cref="FailureException"><c>bad_collateral</c>, <c>no_collateral</c>.</exception>
    public static ICollateralProvider Collateral(string? path, string? trustedRoot) => FindCollateral(path, trustedRoot)
        ?? throw new FailureException(ExitCode.Configuration, "no_collateral", "Quotes cannot be judged without collateral; give it with --collateral FILE.");

    /// <summary>Opens the named collateral file, or the one beside the root certificate, where a simulated PKI keeps it; null where neither is.</summary>
    /// <exception cref="FailureException"><c>bad_collateral</c>.</exception>
    public static ICollateralProvider? FindCollateral(string? path, string? trustedRoot)
    {
        if (path is null && trustedRoot is not null)
        {
            string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(trustedRoot))!, SimulatedPki.CollateralFile);
            path = File.Exists(beside) ? beside : null;
        }
        try
        {
            return path is null ? null : CollateralFile.Open(path);
        }
        catch (CollateralUnavailableException fault)
        {
            throw new FailureException(ExitCode.Configuration, "bad_collateral", fault.Message, fault);
        }
    }

    /// <summary>The option that names the policy of quotes.</summary>
    public static Option<string?> PolicyOption(Settings settings) =>
        settings.Optional<string>("--policy", "JSON file with the measurements, attributes and statuses of quotes that pass (docs/attestation.md).");

    /// <summary>The policy of quotes; the default one without a path. Simulated quotes pass by <c>--insecure-dev</c> alone.</summary>
    /// <exception cref="FailureException"><c>bad_policy</c>.</exception>
    public QuotePolicy Policy(ParseResult parsed, Option<string?> option)
    {
        QuotePolicy policy = parsed.GetValue(option) is { } path ? ReadPolicy(path) : new QuotePolicy();
        return policy with { AllowSimulated = AllowSimulatedTee(parsed) };
    }

    private static QuotePolicy ReadPolicy(string path) =>
        QuotePolicy.TryParse(QuoteFile.ReadBounded(path, MaxPolicySize, "bad_policy"), out QuotePolicy? policy, out string cause)
            ? policy
            : throw new FailureException(ExitCode.Configuration, "bad_policy", $"{path} is no policy: {cause}.");

    /// <summary>Reads a root certificate; Intel's without a path.</summary>
    public static TrustedRoot TrustedRoot(string? path)
    {
        try
        {
            return path is null ? Attestation.Certificates.TrustedRoot.Intel : Attestation.Certificates.TrustedRoot.FromFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_trusted_root", $"{path} is no readable root certificate: {fault.Message}", fault);
        }
    }
}

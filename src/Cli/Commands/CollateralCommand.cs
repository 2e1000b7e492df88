using System.CommandLine;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Commands.Quotes;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee collateral</c>: fetches and shows what quotes are verified against.</summary>
internal sealed class CollateralCommand
{
    private readonly Option<string> _url;
    private readonly Option<string?> _rootCrlUrl;
    private readonly Option<string?> _fmspc;
    private readonly Option<string?> _quote;
    private readonly Option<string> _authority;
    private readonly Option<string> _update;
    private readonly Option<string> _out;
    private readonly Option<string?> _trustedRoot;
    private readonly Argument<string> _file = new("file") { Description = "A collateral container (JSON)." };

    private CollateralCommand(Settings settings)
    {
        _url = settings.Required<string>("--url", "Base address of Intel's certification service (PCS) or of a cache of it (PCCS); several with commas, asked in this order.");
        _rootCrlUrl = settings.Optional<string>("--root-crl-url", "Where the root's revocation list is; without it what the service or the pinned root certificate says.");
        _fmspc = settings.Optional<string>("--fmspc", "The platform family, 12 hex digits.");
        _quote = settings.Optional<string>("--quote", "Instead of --fmspc and --ca: a quote of the platform (binary, hex or base64).");
        _authority = settings.Option("--ca", "Who issued the platform's PCK certificate: platform or processor.", "platform");
        _update = settings.Option("--update", "Which evaluation: standard, or early (weeks before it becomes the standard one).", "standard");
        _out = settings.Required<string>("--out", "The file to write.");
        _trustedRoot = settings.Optional<string>("--trusted-root", "PEM certificate that the collateral must lead to; Intel's root if absent. Another root proves no hardware.");
    }

    public static Command Create(CommandFactory factory)
    {
        CollateralCommand command = new(factory.Settings);
        Command fetch = factory.Create("fetch", "Fetch a platform's collateral, check that it is authentic, and write it to a file.",
            [command._url, command._rootCrlUrl, command._fmspc, command._quote, command._authority, command._update, command._out, command._trustedRoot],
            command.FetchAsync);
        Command show = factory.Create("show", "Show what a collateral file says about itself, unverified: for whom, how new, until when.", [command._file],
            (parsed, console, _) => Task.FromResult(command.Show(parsed, console)));
        return new Command("collateral", "Fetch and show what quotes are verified against.") { fetch, show };
    }

    private async Task<ExitCode> FetchAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        PcsOptions options = new()
        {
            BaseUrls = [.. parsed.GetValue(_url)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(url => ServiceSettings.Endpoint(_url.Name, url))],
            RootCrlUrl = parsed.GetValue(_rootCrlUrl) is { } address ? ServiceSettings.Endpoint(_rootCrlUrl.Name, address) : null,
            Update = ServiceSettings.Update(_update.Name, parsed.GetValue(_update)!),
            Root = ServiceSettings.TrustedRoot(parsed.GetValue(_trustedRoot)),
        };
        PlatformId platform = Platform(parsed);
        QuoteCollateral collateral = await FetchAsync(options, platform, cancellationToken).ConfigureAwait(false);
        string path = parsed.GetValue(_out)!;
        try
        {
            await File.WriteAllBytesAsync(path, collateral.Write(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Usage, "file_unwritable", $"{path} cannot be written: {fault.Message}", fault);
        }
        Show(console, collateral, path, options.Root);
        return ExitCode.Success;
    }

    private static async Task<QuoteCollateral> FetchAsync(PcsOptions options, PlatformId platform, CancellationToken cancellationToken)
    {
        try
        {
            using PcsClient client = new(options, TimeProvider.System);
            return await client.FetchAsync(platform, cancellationToken).ConfigureAwait(false);
        }
        catch (CollateralUnavailableException fault)
        {
            throw new FailureException(ExitCode.Unreachable, "collateral_unavailable", fault.Message, fault);
        }
        catch (ArgumentException fault)
        {
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--url: {fault.Message}", fault);
        }
    }

    private PlatformId Platform(ParseResult parsed)
    {
        (string? fmspc, string? quote) = (parsed.GetValue(_fmspc), parsed.GetValue(_quote));
        if (fmspc is null == quote is null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "Give either --fmspc or --quote.");
        if (quote is not null)
            return PlatformOf(quote);
        if (fmspc!.Length != 12 || !fmspc.All(char.IsAsciiHexDigit))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--fmspc: '{fmspc}' is not 12 hex digits.");
        return new PlatformId(fmspc.ToLowerInvariant(), Authority(parsed.GetValue(_authority)!));
    }

    private static PlatformId PlatformOf(string path)
    {
        if (!TdxQuote.TryParse(QuoteFile.Read(path), out TdxQuote? quote, out QuoteError? error))
            throw new FailureException(ExitCode.VerificationFailed, "bad_quote", $"{path}: {error.Cause}.");
        return quote.TryReadPlatform(out PlatformId platform, out string cause)
            ? platform
            : throw new FailureException(ExitCode.VerificationFailed, "bad_quote", $"{path}: {cause}.");
    }

    private ExitCode Show(ParseResult parsed, CommandConsole console)
    {
        string path = parsed.GetValue(_file)!;
        byte[] json = QuoteFile.ReadBounded(path, QuoteCollateral.MaxContainerSize, "bad_collateral");
        if (!QuoteCollateral.TryParse(json, out QuoteCollateral? collateral, out string cause))
            throw new FailureException(ExitCode.Configuration, "bad_collateral", $"{path}: {cause}");
        Show(console, collateral, path, root: null);
        return ExitCode.Success;
    }

    private static void Show(CommandConsole console, QuoteCollateral collateral, string path, TrustedRoot? root)
    {
        if (!CollateralSummary.TryRead(collateral, out CollateralSummary? summary, out string cause))
            throw new FailureException(ExitCode.Configuration, "bad_collateral", $"{path}: {cause}");
        console.Result(
            new
            {
                file = path,
                fmspc = summary.Fmspc,
                pceId = summary.PceId,
                ca = summary.Authority?.ToString().ToLowerInvariant(),
                expires = summary.EarliestExpiry,
                authenticUnder = root?.ToString(),
                tcbInfo = Describe(summary.TcbInfo),
                qeIdentity = Describe(summary.QeIdentity),
                pckCrl = Describe(summary.PckCrl),
                rootCrl = Describe(summary.RootCrl),
                certificatesExpire = summary.CertificatesExpire,
            },
            string.Join(Environment.NewLine,
                $"platform      {summary.Fmspc}, {summary.Authority?.ToString() ?? summary.PckCrl.Issuer}",
                $"TCB info      {Text(summary.TcbInfo)}",
                $"QE identity   {Text(summary.QeIdentity)}",
                $"PCK CRL       {Text(summary.PckCrl)}",
                $"root CRL      {Text(summary.RootCrl)}",
                $"certificates  until {summary.CertificatesExpire:u}",
                $"usable until  {summary.EarliestExpiry:u}{(root is null ? " if authentic: signatures are not checked by show" : $", authentic under {root}")}"));
    }

    private static object Describe(SignedDocumentSummary document) => new
    {
        id = document.Id,
        tcbEvaluationDataNumber = document.TcbEvaluationDataNumber,
        issueDate = document.IssueDate,
        nextUpdate = document.NextUpdate,
    };

    private static object Describe(RevocationListSummary list) => new { issuer = list.Issuer, thisUpdate = list.ThisUpdate, nextUpdate = list.NextUpdate, revoked = list.Revoked };

    private static string Text(SignedDocumentSummary document) => $"{document.Id}, evaluation {document.TcbEvaluationDataNumber}, {document.IssueDate:u} to {document.NextUpdate:u}";

    private static string Text(RevocationListSummary list) => $"{list.Revoked} revoked, {list.ThisUpdate:u} to {list.NextUpdate:u}";

    private PckAuthority Authority(string text) => text switch
    {
        "platform" => PckAuthority.Platform,
        "processor" => PckAuthority.Processor,
        _ => throw new FailureException(ExitCode.Usage, "bad_setting", $"{_authority.Name}: '{text}' is none of platform, processor."),
    };
}

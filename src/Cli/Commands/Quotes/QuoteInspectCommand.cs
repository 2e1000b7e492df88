using System.CommandLine;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands.Quotes;

/// <summary><c>teetee quote inspect</c>: what a quote says, believed or not.</summary>
internal sealed class QuoteInspectCommand
{
    private readonly Argument<string> _file = new("file") { Description = "The quote: binary, hex or base64." };

    public static Command Create(CommandFactory factory)
    {
        QuoteInspectCommand command = new();
        return factory.Create("inspect", "Print the fields of a TDX quote without judging it: anybody can write them.", [command._file],
            (parsed, console, _) => Task.FromResult(command.Run(parsed, console)));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console)
    {
        byte[] bytes = QuoteFile.Read(parsed.GetValue(_file)!);
        if (!TdxQuote.TryParse(bytes, out TdxQuote? quote, out QuoteError? error))
            throw new FailureException(ExitCode.VerificationFailed, "bad_quote", $"This is no TDX quote: {error.Cause}.");
        IReadOnlyDictionary<string, object?> fields = Fields(quote, bytes.Length);
        console.Result(fields, string.Join(Environment.NewLine, fields.Select(field => $"{field.Key,-18}{field.Value}")));
        return ExitCode.Success;
    }

    private static Dictionary<string, object?> Fields(TdxQuote quote, int size)
    {
        TdReport report = quote.Report;
        SgxReport enclave = quote.Signature.QeReport;
        bool named = quote.TryReadPlatform(out PlatformId platform, out string cause);
        return new Dictionary<string, object?>
        {
            ["version"] = quote.Version,
            ["bodyType"] = report.Type.ToString(),
            ["length"] = quote.Length,
            ["ignoredBytes"] = size - quote.Length,
            ["fmspc"] = named ? platform.Fmspc : null,
            ["authority"] = named ? platform.Authority.ToString() : cause,
            ["teeTcbSvn"] = Hex(report.TeeTcbSvn),
            ["teeTcbSvn2"] = Hex(report.TeeTcbSvn2),
            ["mrSeam"] = Hex(report.MrSeam),
            ["mrSignerSeam"] = Hex(report.MrSignerSeam),
            ["seamAttributes"] = Hex(report.SeamAttributes),
            ["tdAttributes"] = $"0x{report.TdAttributes:x16}",
            ["xfam"] = $"0x{report.Xfam:x16}",
            ["mrTd"] = Hex(report.MrTd),
            ["mrConfigId"] = Hex(report.MrConfigId),
            ["mrOwner"] = Hex(report.MrOwner),
            ["mrOwnerConfig"] = Hex(report.MrOwnerConfig),
            ["rtmr0"] = Hex(report.Rtmr0),
            ["rtmr1"] = Hex(report.Rtmr1),
            ["rtmr2"] = Hex(report.Rtmr2),
            ["rtmr3"] = Hex(report.Rtmr3),
            ["mrServiceTd"] = Hex(report.MrServiceTd),
            ["reportData"] = Hex(report.ReportData),
            ["qeMrSigner"] = Hex(enclave.MrSigner),
            ["qeIsvProdId"] = enclave.IsvProdId,
            ["qeIsvSvn"] = enclave.IsvSvn,
        };
    }

    private static string? Hex(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? null : Convert.ToHexStringLower(bytes.Span);
}

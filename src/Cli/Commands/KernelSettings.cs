using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Kernels;

namespace TeeTee.Cli.Commands;

/// <summary>The option <c>--kernels</c> of all commands that compute.</summary>
internal sealed class KernelSettings(Settings settings)
{
    private readonly Option<string> _kernels = settings.Option(
        "--kernels", "auto: the fastest; managed: no emitted machine code; scalar: the definition. Results are the same.", "auto");

    public Option Symbol => _kernels;

    /// <exception cref="FailureException">Another word than these.</exception>
    public KernelPreference Read(ParseResult parsed) => parsed.GetValue(_kernels) switch
    {
        "auto" => KernelPreference.Auto,
        "managed" => KernelPreference.Managed,
        "scalar" => KernelPreference.Scalar,
        var other => throw new FailureException(ExitCode.Usage, "bad_setting", $"{_kernels.Name} is '{other}', not auto, managed or scalar."),
    };
}
